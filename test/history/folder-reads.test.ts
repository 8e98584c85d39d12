import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compile } from "../../src/graph/compile.ts";
import { BuildRecorder } from "../../src/history/build-recorder.ts";
import { type History, keepRecord, readRecord, removeRecord } from "../../src/history/history-store.ts";
import { diskTree } from "../../src/solver/buildkit/filesync/disk-tree.ts";
import { listTree } from "../../src/solver/buildkit/filesync/listing.ts";
import { folderWith, images } from "../cli/rig.ts";

const dockerfile = "FROM alpine\nCOPY src /src\nRUN make\n";

interface Told {
  readonly folder: string;
  readonly history: History;
  readonly ref: string;
  readonly source?: string;
  /** Whether the worker asks for the context, or never comes to it. */
  readonly isListed?: boolean;
}

async function built({ folder, history, ref, source = dockerfile, isListed = true }: Told) {
  const compilation = await compile(source, { images });
  const { signal } = new AbortController();
  const recorder = new BuildRecorder({ input: folder, context: folder, options: {}, signal, history });
  recorder.onCompiled(compilation);
  const request = { includePatterns: [], excludePatterns: [], followPaths: ["src"] };
  if (isListed) recorder.onListed(listTree(diskTree(folder), "context", request));
  const { record, manifests } = await recorder.finish("completed", (text) => text, ref);
  await keepRecord(history, record, manifests);
  return readRecord(history, ref);
}

function begin() {
  const folder = folderWith({ Dockerfile: dockerfile, "src/a.c": "a", "src/b.c": "b", "other.txt": "" });
  const history = { folder: join(folderWith({}), "history") };
  const manifestFiles = () =>
    readdirSync(history.folder)
      .filter((name) => name.endsWith(".manifests"))
      .map((name) => statSync(join(history.folder, name)));
  const filesOf = (record: Awaited<ReturnType<typeof built>>) => [...(record?.manifests.values() ?? [])][0]?.files;
  const contentOf = (record: Awaited<ReturnType<typeof built>>) =>
    record?.vertices.flatMap(({ deps }) => deps.map(({ content }) => content)).find((content) => content !== undefined);
  return { folder, history, manifestFiles, filesOf, contentOf };
}

it("builds of the same files share one manifest, which stays until the last of them goes", async () => {
  const { folder, history, manifestFiles, filesOf, contentOf } = begin();
  const first = await built({ folder, history, ref: "one" });
  const second = await built({ folder, history, ref: "two", isListed: false });
  expect(filesOf(first)?.map(({ path }) => path)).toEqual(["src", "src/a.c", "src/b.c"]);
  expect(filesOf(second)).toEqual(filesOf(first));
  expect(contentOf(second)).toMatch(/^sha256:/);
  expect(contentOf(second)).toBe(contentOf(first));
  const [a, b] = manifestFiles();
  expect(a?.ino).toBe(b?.ino);
  await removeRecord(history, "one");
  expect(filesOf(await readRecord(history, "two"))).toEqual(filesOf(first));
  await removeRecord(history, "two");
  expect(readdirSync(history.folder)).toEqual([]);
});

it("what changed is read, and only that", async () => {
  const { folder, history, manifestFiles, filesOf, contentOf } = begin();
  const first = await built({ folder, history, ref: "one" });
  writeFileSync(join(folder, "src/b.c"), "other");
  const second = await built({ folder, history, ref: "two" });
  const [before, after] = [filesOf(first), filesOf(second)];
  expect(after?.map(({ digest }, index) => digest === before?.[index]?.digest)).toEqual([true, true, false]);
  expect(contentOf(second)).not.toBe(contentOf(first));
  expect(new Set(manifestFiles().map(({ ino }) => ino)).size).toBe(2);
  expect(readdirSync(history.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

it("other instructions on the same files are known by their content, too", async () => {
  const { folder, history, manifestFiles } = begin();
  await built({ folder, history, ref: "one", source: "FROM alpine\nCOPY src/a.c src /x/\n", isListed: false });
  const source = "FROM alpine\nCOPY src /src\nCOPY src/a.c /x\n";
  const record = await built({ folder, history, ref: "two", source, isListed: false });
  expect(new Set(manifestFiles().map(({ ino }) => ino)).size).toBe(1);
  const contents = record?.vertices.flatMap(({ deps }) => deps.flatMap(({ content }) => content ?? []));
  expect(contents).toEqual([expect.stringMatching(/^sha256:/), expect.stringMatching(/^sha256:/)]);
  expect(new Set(contents).size).toBe(2);
});

it("manifests that somebody removed or damaged are made anew", async () => {
  const { folder, history, filesOf } = begin();
  const first = await built({ folder, history, ref: "one" });
  const [name = ""] = readdirSync(history.folder).filter((each) => each.endsWith(".manifests"));
  rmSync(join(history.folder, name));
  expect(filesOf(await readRecord(history, "one"))).toBeUndefined();
  writeFileSync(join(history.folder, name), "damaged");
  writeFileSync(join(folder, "src/c.c"), "c");
  const next = await built({ folder, history, ref: "three" });
  expect(filesOf(next)?.map(({ path }) => path)).toEqual(["src", "src/a.c", "src/b.c", "src/c.c"]);
  expect(filesOf(next)?.slice(1, 3)).toEqual(filesOf(first)?.slice(1));
});
