import { chmodSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Finding } from "../../src/graph/analyses/findings/finding.ts";
import { compile } from "../../src/graph/compile.ts";
import { BuildRecorder } from "../../src/history/build-recorder.ts";
import { historyHash } from "../../src/history/history-key.ts";
import { addRecord, keepRecord, readRecord } from "../../src/history/history-store.ts";
import type { VertexEvent } from "../../src/solver/events.ts";
import type { SecretSource } from "../../src/solver/solve-options.ts";
import { folderWith, images, imagesFile, llbc } from "./rig.ts";

const dockerfile = "FROM alpine\nARG LEVEL=low\nCOPY src /src\nRUN make\n";
/** What the bundle has in it: see src/cli/page/page-program.ts. */
beforeAll(() => void vi.stubGlobal("bundledPage", { script: "show()", style: "p{}" }));

const files = { Dockerfile: dockerfile, "images.json": imagesFile, "src/a.c": "a", "src/b.c": "b" };

/** A folder that was built once, as its recorder heard of it, and the options of commands that know of that. */
async function built({ buildArgs = {}, source = dockerfile, secrets = {}, ms = 700 }: BuiltOptions = {}) {
  const folder = realpathSync(folderWith({ ...files, Dockerfile: source }));
  const state = folderWith({});
  const history = { folder: join(state, "llbc", "history") };
  const compilation = await compile(source, { buildArgs, images });
  const { signal } = new AbortController();
  const recorder = new BuildRecorder({
    input: folder,
    context: folder,
    options: { buildArgs, secrets },
    signal,
    history,
  });
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
    const data = Buffer.from(`log of ${name} with ${Object.values(buildArgs).join()} and t0ken\n`);
    recorder.onEvent({ kind: "log", vertex: digest, stream: "stdout", data, at: index * 1000 });
    recorder.onEvent({ kind: "completed", vertex: digest, started: index * 1000, at: index * 1000 + ms });
  }
  const { record, manifests } = await recorder.finish("completed", await historyHash(history), "built1");
  await keepRecord(history, record, manifests);
  return { folder, history, options: { env: { XDG_STATE_HOME: state } } };
}

interface BuiltOptions {
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly source?: string;
  /** How long each vertex takes. */
  readonly ms?: number;
  readonly secrets?: Readonly<Record<string, SecretSource>>;
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

  it("compares with the last build of the same Dockerfile and target, though others came after it", async () => {
    const { folder, options, history } = await built();
    const record = await readRecord(history, "built1");
    if (record === undefined) throw new Error("nothing was built");
    const later = { ...record, started: record.started + 1000, vertices: [] };
    await addRecord(history, { ...later, ref: "other-file", dockerfile: join(folder, "Other") });
    await addRecord(history, { ...later, ref: "other-target", target: "test" });
    await addRecord(history, { ...later, ref: "other-context", context: "/elsewhere" });
    expect((await llbc(folder, args, options)).out).toContain("compared with build built1\n0 would run");
    expect((await llbc(folder, [...args, "--against", "other-t"], options)).out).toContain("build other-target\n");
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
      expect(out).toContain("nothing found that would surely save time");
    }
    const json = JSON.parse((await llbc(folder, ["analyze", "--last", "--json"], options)).out);
    expect(json).toMatchObject({ build: { ref: "built1" }, ran: { makespan: 3700 }, analysis: { span: 2100 } });
    expect((await llbc(folder, ["analyze", "--last", "--ref", "x"], options)).code).toBe(2);
  });

  it("finds what would save time in a build that was made, as long as its Dockerfile is there as it was", async () => {
    const source = "FROM alpine\nCOPY . /app\nWORKDIR /app\nRUN npm ci\nRUN make\n";
    const { folder, options } = await built({ source, ms: 20_000 });
    const { out } = await llbc(folder, ["analyze", "--last"], options);
    expect(out).toContain("2 findings, what saves most first");
    expect(out).toContain("COPY . takes every file in before npm installs packages");
    expect(out).toContain("--mount=type=cache,target=/root/.npm");
    expect(out).toMatch(/ {2}\| {2}4 \| RUN npm ci|4 \| RUN npm ci/);
    const now = await llbc(folder, ["analyze", ".", "--images", "images.json", "--json"], options);
    const then = await llbc(folder, ["analyze", "--last", "--json"], options);
    const rules = (json: string) =>
      JSON.parse(json).findings.map(({ rule, lines, saving }: Finding) => [rule, lines, saving]);
    expect(rules(then.out)).toEqual(rules(now.out));
    await llbc(folder, ["analyze", "--last", "--html", "page.html"], options);
    expect(pageDataIn(folder)).toMatchObject({ source: expect.arrayContaining(["RUN npm ci"]), findings: [{}, {}] });
    writeFileSync(join(folder, "Dockerfile"), `${source}RUN more\n`);
    expect((await llbc(folder, ["analyze", "--last"], options)).out).toContain("no findings\nThey need the Dockerfile");
  });

  it("shows the last build of a context on its page: what ran, when, and what it wrote last", async () => {
    const { folder, options } = await built();
    const { code } = await llbc(folder, ["analyze", ".", "--images", "images.json", "--html", "page.html"], options);
    expect(code).toBe(0);
    const { run, vertices } = pageDataIn(folder);
    expect(run.title).toBe("built1");
    const make = vertices.findIndex(({ name }: { name: string }) => name === "[3/3] RUN make");
    expect(run.vertices.find(({ vertex }: { vertex: number }) => vertex === make)).toMatchObject({
      state: "completed",
      runs: [{ start: 3000, end: 3700 }],
      log: ["log of [3/3] RUN make with  and t0ken"],
    });
    // A step that is new has not run.
    writeFileSync(join(folder, "Dockerfile"), `${dockerfile}RUN more\n`);
    const { out } = await llbc(folder, ["graph", ".", "--images", "images.json", "--format", "html"], options);
    expect(out).toContain('"title":"built1"');
    expect(out).toContain("RUN more");
  });
});

describe("what is recorded of logs", () => {
  const secrets = { token: { data: Buffer.from("t0ken\n") } };

  it("is their end, without values of build arguments and secrets", async () => {
    const { history } = await built({ buildArgs: { LEVEL: "high-level" }, secrets });
    const record = await readRecord(history, "built1");
    expect(record?.vertices.at(-1)?.log).toEqual(["log of [3/3] RUN make with $LEVEL and ***"]);
  });

  it("is nothing of a step that is given a secret", async () => {
    const source = "FROM alpine\nRUN --mount=type=secret,id=token make\nRUN other\n";
    const { history, folder, options } = await built({ source, secrets });
    const record = await readRecord(history, "built1");
    expect(record?.vertices.map(({ log }) => log.length)).toEqual([1, 0, 1]);
    const { out } = await llbc(folder, ["history", "show", "--logs"], options);
    expect(out).toContain("\n[stage-0 3/3] RUN other\n  log of [stage-0 3/3] RUN other with  and ***\n");
  });

  it("is never much", async () => {
    const { history, folder } = await built({ source: "FROM alpine\nRUN make\n" });
    const record = await readRecord(history, "built1");
    const digest = record?.vertices.at(-1)?.digest ?? "";
    const { signal } = new AbortController();
    const recorder = new BuildRecorder({ input: folder, context: folder, options: {}, signal, history });
    recorder.onEvent({
      kind: "vertex",
      vertex: digest,
      name: "[2/2] RUN make",
      inputs: [],
      platform: "",
      internal: false,
    });
    for (let at = 0; at < 5000; at++) {
      const data = Buffer.from(`${"x".repeat(at % 700)} ${at}\n`);
      recorder.onEvent({ kind: "log", vertex: digest, stream: "stderr", data, at });
    }
    const { vertices } = (await recorder.finish("failed", (text) => text)).record.steps;
    expect(vertices[0]?.log.at(-1)).toMatch(/ 4999$/);
    expect(vertices[0]?.log.join("\n").length).toBeLessThanOrEqual(4096);
  });
});

/** The data of the page in the folder's page.html. */
function pageDataIn(folder: string) {
  const html = readFileSync(join(folder, "page.html"), "utf8");
  return JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? "");
}
