import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BuildRecord } from "../../src/graph/history/build-record.ts";
import { historyHash } from "../../src/history/history-key.ts";
import { addRecord, listRecords, readRecord, removeRecord } from "../../src/history/history-store.ts";
import { recordOf } from "../graph/history/records.ts";
import { folderWith, llbc } from "./rig.ts";

async function build(ref: string, started: number): Promise<BuildRecord> {
  const record = await recordOf({ dockerfile: "FROM alpine\nCOPY a /a\nRUN make\n", files: { a: "a" }, ref });
  return { ...record, started, completed: started + 12_000 };
}

describe("the history", () => {
  it("holds what was added, the newest first, for the user alone", async () => {
    const history = { folder: join(folderWith({}), "state", "history") };
    expect(await listRecords(history)).toEqual([]);
    const [older, newer] = [await build("older", 1000), await build("newer", 2000)];
    await addRecord(history, newer);
    await addRecord(history, older);
    expect((await listRecords(history)).map(({ ref }) => ref)).toEqual(["newer", "older"]);
    expect(await readRecord(history, "older")).toMatchObject({ ref: "older", started: 1000 });
    expect(await readRecord(history, "old")).toBeUndefined();
    if (process.platform !== "win32") {
      expect(statSync(history.folder).mode & 0o777).toBe(0o700);
      for (const name of readdirSync(history.folder))
        expect(statSync(join(history.folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  it("keeps so many builds and so many bytes, and never less than the newest", async () => {
    const history = { folder: folderWith({}) };
    for (let at = 1; at <= 5; at++) await addRecord(history, await build(`b${at}`, at), { records: 3, bytes: 1 << 20 });
    expect((await listRecords(history)).map(({ ref }) => ref)).toEqual(["b5", "b4", "b3"]);
    await addRecord(history, await build("b6", 6), { records: 3, bytes: 1 });
    expect((await listRecords(history)).map(({ ref }) => ref)).toEqual(["b6"]);
  });

  it("passes over what is no record, and clears away what a killed process left, in time", async () => {
    const history = { folder: folderWith({}) };
    await addRecord(history, await build("whole", 5));
    const whole = readFileSync(join(history.folder, readdirSync(history.folder)[0] ?? ""), "utf8");
    writeFileSync(join(history.folder, "000000000000009-cut.json"), whole.slice(0, 40));
    writeFileSync(join(history.folder, "000000000000008-half.json"), whole.slice(0, -20));
    writeFileSync(join(history.folder, "notes.txt"), "mine");
    for (const name of ["old.tmp", "new.tmp"]) writeFileSync(join(history.folder, name), "half");
    utimesSync(join(history.folder, "old.tmp"), 1, 1);
    expect((await listRecords(history)).map(({ ref }) => ref)).not.toContain("cut");
    expect(await readRecord(history, "half")).toBeUndefined();
    await addRecord(history, await build("next", 10));
    expect(["old.tmp", "new.tmp", "notes.txt"].map((name) => existsSync(join(history.folder, name)))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("is used by many at once", async () => {
    const history = { folder: folderWith({}) };
    const record = await build("", 0);
    const refs = Array.from({ length: 40 }, (_, index) => `r${String(index).padStart(2, "0")}`);
    const lists = refs.map(async (ref, started) => {
      await addRecord(history, { ...record, ref, started }, { records: 10, bytes: 1 << 30 });
      if (started % 3 === 0) await removeRecord(history, ref);
      return listRecords(history);
    });
    for (const list of await Promise.all(lists)) for (const { ref } of list) expect(refs).toContain(ref);
    const left = await listRecords(history);
    expect(left.length).toBeLessThanOrEqual(10);
    expect(left.map(({ ref }) => ref)).toEqual([...left.map(({ ref }) => ref)].sort().reverse());
    expect(readdirSync(history.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("has one key, whoever made it first", async () => {
    const history = { folder: join(folderWith({}), "h") };
    const hashes = await Promise.all(Array.from({ length: 20 }, () => historyHash(history)));
    expect(new Set(hashes.map((hash) => hash("value"))).size).toBe(1);
    const elsewhere = await historyHash({ folder: folderWith({}) });
    expect(elsewhere("value")).not.toBe(hashes[0]?.("value"));
  });
});

describe("llbc history", () => {
  async function recorded() {
    const state = folderWith({});
    const options = { env: { XDG_STATE_HOME: state } };
    const history = { folder: join(state, "llbc", "history") };
    await addRecord(history, await build("aa11", 1_700_000_000_000));
    await addRecord(history, await build("ab22", 1_700_000_100_000));
    return { options, history };
  }

  it("lists, shows and forgets builds", async () => {
    const { options } = await recorded();
    const list = await llbc("/", ["history", "ls"], options);
    expect(list.out).toMatch(/^ID +STARTED +OUTCOME +TIME +RAN +CACHED +CONTEXT +PLATFORMS\nab22 .*\naa11 .*\n$/);
    expect(JSON.parse((await llbc("/", ["history", "ls", "--json"], options)).out)).toMatchObject([
      { ref: "ab22", started: "2023-11-14T22:15:00.000Z", outcome: "completed" },
      { ref: "aa11" },
    ]);
    const shown = await llbc("/", ["history", "show", "aa"], options);
    expect(shown.out).toMatchInlineSnapshot(`
      "build      aa11
      context    /context
      platforms  linux/amd64
      worker     a worker
      started    2023-11-14T22:13:20.000Z
      outcome    completed after 12 s
      vertices   4 run, 0 cached, 4 in all

      START  TIME   STATE      BYTES  LINES   STEP
      0.0 s  0.5 s  completed         line 1  [1/3] FROM docker.io/library/alpine:lat…
      1.0 s  0.5 s  completed                 [internal] load build context
      2.0 s  0.5 s  completed         line 2  [2/3] COPY a /a
      3.0 s  0.5 s  completed         line 3  [3/3] RUN make
      "
    `);
    const json = JSON.parse((await llbc("/", ["history", "show", "--json"], options)).out);
    expect(json).toMatchObject({ ref: "ab22", vertices: [{}, {}, {}, { name: "[3/3] RUN make", state: "completed" }] });
    expect((await llbc("/", ["history", "rm", "aa11"], options)).out).toBe("aa11\n");
    expect((await llbc("/", ["history", "rm", "--all", "--json"], options)).out).toBe('[\n  "ab22"\n]\n');
    expect((await llbc("/", ["history", "ls"], options)).out).toBe(
      "ID  STARTED  OUTCOME  TIME  RAN  CACHED  CONTEXT  PLATFORMS\n",
    );
  });

  it.each([
    [["history", "show", "zz"], 'No build "zz" is recorded'],
    [["history", "show", "a"], "Several builds begin with a"],
    [["history", "rm"], "Name the builds to forget"],
    [["history", "rm", "aa11", "--all"], "--all goes without names"],
    [["history", "rm", "aa11", "zz"], 'No build "zz"'],
    [["history", "import"], "Name a log"],
    [["explain", "-"], "Standard input"],
    [["explain", "--last", "--ref", "aa11"], "exclude each other"],
  ])("%j is a usage error, and changes nothing", async (args, message) => {
    const { options, history } = await recorded();
    const ran = await llbc("/", args, options);
    expect({ code: ran.code, err: ran.err }).toEqual({ code: 2, err: expect.stringContaining(message) });
    expect(await listRecords(history)).toHaveLength(2);
  });

  it("imports a log of docker buildx, once", async () => {
    const { options, history } = await recorded();
    const cwd = folderWith({ "build.log": log, "other.log": "no log\n" });
    const first = await llbc(cwd, ["history", "import", "build.log"], options);
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining("build.log") });
    const again = await llbc(cwd, ["history", "import", "build.log", "--json"], options);
    expect(again).toMatchObject({ code: 0, out: "[]\n" });
    const found = (await listRecords(history)).find(({ origin }) => origin === "log");
    const record = await readRecord(history, found?.ref ?? "");
    expect(record?.vertices.map(({ name, kind, stage, state }) => [name, kind, stage, state])).toEqual([
      ["[build 1/3] FROM docker.io/library/alpine", "source", "build", "cached"],
      ["[build 2/3] RUN make", "exec", "build", "completed"],
      ["[stage-1 1/1] COPY --from=build /a /", "file", "stage-1", "failed"],
    ]);
    expect(record).toMatchObject({ outcome: "failed", started: 1_700_000_001_000, completed: 1_700_000_009_000 });
    expect(record?.vertices[2]).toMatchObject({ exitCode: 3, bytes: 0 });
    const wrong = await llbc(cwd, ["history", "import", "other.log"], options);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("holds no progress") });
  });
});

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();
const vertex = (digest: string, name: string, inputs: readonly string[], more: object) => ({
  digest,
  name,
  inputs,
  ...more,
});
const log = [
  { vertexes: [vertex("c", "[stage-1 1/1] COPY --from=build /a /", ["b"], {})] },
  { vertexes: [vertex("b", "[build 2/3] RUN make", ["a"], { started: at(1) })] },
  { logs: [{ vertex: "b", stream: 1, data: Buffer.from("hello").toString("base64"), timestamp: at(2) }] },
  {
    vertexes: [
      vertex("a", "[build 1/3] FROM docker.io/library/alpine", [], { started: at(1), completed: at(1), cached: true }),
      vertex("b", "[build 2/3] RUN make", ["a"], { started: at(1), completed: at(4) }),
    ],
  },
  {
    vertexes: [
      vertex("c", "[stage-1 1/1] COPY --from=build /a /", ["b"], {
        started: at(4),
        completed: at(4.5),
        error: "process did not complete successfully: exit code: 3",
      }),
    ],
  },
  { vertexes: [vertex("x", "exporting to image", [], { started: at(5), completed: at(9) })] },
]
  .map((line) => JSON.stringify(line))
  .concat("not json", "")
  .join("\n");
