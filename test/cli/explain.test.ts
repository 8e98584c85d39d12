import { chmodSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/graph/compile.ts";
import { BuildRecorder } from "../../src/history/build-recorder.ts";
import { historyHash } from "../../src/history/history-key.ts";
import { addRecord } from "../../src/history/history-store.ts";
import type { VertexEvent } from "../../src/solver/events.ts";
import { folderWith, images, imagesFile, llbc } from "./rig.ts";

const dockerfile = "FROM alpine\nARG LEVEL=low\nCOPY src /src\nRUN make\n";
const files = { Dockerfile: dockerfile, "images.json": imagesFile, "src/a.c": "a", "src/b.c": "b" };

/** A folder that was built once, as its recorder heard of it, and the options of commands that know of that. */
async function built(buildArgs: Readonly<Record<string, string>> = {}) {
  const folder = realpathSync(folderWith(files));
  const state = folderWith({});
  const history = { folder: join(state, "llbc", "history") };
  const compilation = await compile(dockerfile, { buildArgs, images });
  const { signal } = new AbortController();
  const known = async () => new Map();
  const recorder = new BuildRecorder({ input: folder, context: folder, options: { buildArgs }, signal, known });
  recorder.onCompiled(compilation);
  for (const [index, { digest, name, inputs }] of compilation.graph.vertices.entries()) {
    const introduced: VertexEvent = {
      kind: "vertex",
      vertex: digest,
      name,
      inputs: inputs.map((input) => input.digest),
      platform: "",
      internal: false,
    };
    recorder.onEvent(introduced);
    recorder.onEvent({ kind: "completed", vertex: digest, started: index * 1000, at: index * 1000 + 700 });
  }
  await addRecord(history, await recorder.finish("completed", await historyHash(history), "built1"));
  return { folder, options: { env: { XDG_STATE_HOME: state } } };
}

const args = ["explain", ".", "--images", "images.json"];

describe("llbc explain", () => {
  it("says that nothing would run, where nothing changed", async () => {
    const { folder, options } = await built();
    const { out, code } = await llbc(folder, args, options);
    expect({ out, code }).toEqual({ out: "compared with build built1\n0 would run, 3 would be cached\n", code: 0 });
  });

  it("names the files and the argument", async () => {
    const { folder, options } = await built();
    writeFileSync(join(folder, "src/a.c"), "other");
    chmodSync(join(folder, "src/b.c"), 0o755);
    writeFileSync(join(folder, "src/c.c"), "new");
    const { out } = await llbc(folder, [...args, "--build-arg", "LEVEL=high"], options);
    expect(out).toMatchInlineSnapshot(`
      "compared with build built1
      2 would run, 1 would be cached

      line 3  [2/3] COPY src /src
          src/a.c: other content
          src/b.c: other mode
          src/c.c: added

      line 4  [3/3] RUN make
          the build argument LEVEL has another value
          after [2/3] COPY src /src
      "
    `);
    const json = JSON.parse((await llbc(folder, [...args, "--json"], options)).out);
    expect(json.vertices[2].causes).toEqual([
      {
        kind: "files",
        files: [
          { path: "src/a.c", change: "content" },
          { path: "src/b.c", change: "mode" },
          { path: "src/c.c", change: "added" },
        ],
      },
    ]);
  });

  it("takes all for new where no build is recorded", async () => {
    const { out } = await llbc(folderWith(files), args);
    expect(out).toContain("no earlier build to compare with\n3 would run, 0 would be cached\n");
  });

  it("explains a build that was made", async () => {
    const { folder, options } = await built();
    expect((await llbc(folder, ["explain", "--last"], options)).out).toContain("nothing like it was built before");
    expect((await llbc(folderWith(files), ["explain", "--last"], options)).err).toContain("No build of . is recorded");
  });
});

describe("llbc analyze", () => {
  it("takes the times of what was built", async () => {
    const { folder, options } = await built();
    const { out } = await llbc(folder, ["analyze", ".", "--images", "images.json"], options);
    expect(out).toContain("All times are those of past builds.");
  });

  it("analyzes a build that was made", async () => {
    const { folder, options } = await built();
    for (const which of [["--last"], ["--ref", "built"]]) {
      const { out } = await llbc(folder, ["analyze", ...which], options);
      expect(out).toMatch(/^ID .*\nbuilt1 /);
      expect(out).toContain("as it ran");
      expect(out).not.toContain("surely save time");
    }
    const json = JSON.parse((await llbc(folder, ["analyze", "--last", "--json"], options)).out);
    expect(json).toMatchObject({ build: { ref: "built1" }, ran: { makespan: 3700 }, analysis: { span: 2100 } });
    expect((await llbc(folder, ["analyze", "--last", "--ref", "x"], options)).code).toBe(2);
  });
});
