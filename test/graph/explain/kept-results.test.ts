import { describe, expect, it } from "vitest";
import { predictBuild } from "../../../src/graph/explain/explain.ts";
import type { KeptRecord } from "../../../src/graph/explain/kept-results.ts";
import type { BuildRecord } from "../../../src/graph/history/build-record.ts";
import { recordOf } from "../history/records.ts";

const dockerfile = `FROM alpine AS build
COPY package.json /app/
RUN install
COPY src /app/src
RUN make
FROM alpine
COPY --from=build /app/out /out
RUN finish
`;
const files = { "package.json": "{}", "src/a.c": "a" };

/** What a worker keeps of a build: each step has a record, built on that of its first input. */
function keptOf({ vertices }: BuildRecord): readonly KeptRecord[] {
  return vertices.map(({ digest, kind, name, op, runs, inputs }) => ({
    id: digest,
    description: kind === "source" ? `pulled from ${name}` : op?.kind === "exec" ? nameOf(op.args) : name,
    parents: (kind === "merge" ? inputs : inputs.slice(0, 1)).map((input) => input.digest),
    createdAt: runs[0]?.started ?? 0,
  }));
}

const nameOf = (args: readonly string[]) => `mount / from exec ${args.join(" ")}`;

/** The steps that are said to run since the worker has them no longer, when only some of its records are left. */
function pruned(record: BuildRecord, isKept: (kept: KeptRecord) => boolean): readonly string[] {
  const { vertices } = predictBuild(record, [record], record, keptOf(record).filter(isKept));
  return vertices.flatMap(({ name, causes }) => (causes.some(({ kind }) => kind === "pruned") ? [name] : []));
}

function without(record: BuildRecord, ...gone: readonly string[]): readonly string[] {
  return pruned(record, ({ description }) => !gone.some((part) => description.includes(part)));
}

describe("what a worker has no longer", () => {
  it("runs where the end of the build needs it, and what that needs in turn", async () => {
    const record = await recordOf({ dockerfile, files });
    expect(without(record)).toEqual([]);
    expect(without(record, "-c install", "COPY package.json")).toEqual([]);
    expect(without(record, "-c finish")).toEqual(["[stage-1 3/3] RUN finish"]);
    expect(without(record, "-c finish", "COPY --from", "-c make", "COPY package.json")).toEqual([
      "[build 5/5] RUN make",
      "[stage-1 2/3] COPY --from=build /app/out /out",
      "[stage-1 3/3] RUN finish",
    ]);
    expect(pruned(record, () => false)).toHaveLength(6);
  });

  it("is not what stands on an image of layers that were made here", async () => {
    const record = await recordOf({ dockerfile, files });
    const kept = keptOf(record).map((each) =>
      each.description.startsWith("pulled") ? { ...each, description: "[linux/amd64 2/2] COPY tools /opt" } : each,
    );
    expect(predictBuild(record, [record], record, kept).vertices.flatMap(({ causes }) => causes)).toEqual([]);
  });

  it("is told by how it looks where no recorded build made it", async () => {
    const record = await recordOf({ dockerfile, files });
    const found = await recordOf({ dockerfile, files, states: { RUN: "cached", COPY: "cached", FROM: "cached" } });
    const runs = (kept: readonly KeptRecord[]) =>
      predictBuild(record, [found], found, kept).vertices.flatMap(({ causes, name }) =>
        causes.length > 0 ? [name] : [],
      );
    const older = keptOf(record).map((kept) => ({ ...kept, createdAt: 1, parents: [] }));
    expect(runs(older)).toEqual([]);
    expect(runs(older.filter(({ description }) => !description.includes("finish")))).toEqual([
      "[stage-1 3/3] RUN finish",
    ]);
    expect(runs([])).toHaveLength(6);
    const elsewhere = { id: "x", description: `imported ${record.dockerfileDigest}`, parents: [], createdAt: 1 };
    expect(runs([elsewhere])).toEqual([]);
  });

  it("is a step, and no other one whose command only begins like it", async () => {
    const record = await recordOf({ dockerfile: "FROM alpine AS a\nRUN make\nFROM a\nRUN make all\n" });
    const [, made] = keptOf(record);
    const like = { ...made, id: "other", description: nameOf(["/bin/sh", "-c", "make all"]) };
    const kept = [...keptOf(record).slice(2), like].map((each) => ({ ...each, parents: [], createdAt: 1000 }));
    const { vertices } = predictBuild(record, [record], record, kept);
    expect(vertices.map(({ outcome }) => outcome)).toEqual(["cached", "runs", "runs"]);
  });

  it("is known by what it was built on, where steps of the same text ran at once", async () => {
    const text = "FROM alpine AS a\nCOPY a /\nRUN make\nFROM alpine AS b\nCOPY b /\nRUN make\nFROM alpine\n";
    const copies = "COPY --from=a /out /a\nCOPY --from=b /out /b\n";
    const made = await recordOf({ dockerfile: text + copies, files: { a: "a", b: "b" } });
    const atOnce = {
      ...made,
      vertices: made.vertices.map((each) => ({ ...each, runs: [{ started: 5, completed: 9 }] })),
    };
    const [makeA] = atOnce.vertices.filter(({ name }) => name.includes("[a 3/3]"));
    expect(pruned(atOnce, ({ id, description }) => id !== makeA?.digest && !description.includes("--from"))).toEqual([
      "[a 3/3] RUN make",
      "[stage-2 2/3] COPY --from=a /out /a",
      "[stage-2 3/3] COPY --from=b /out /b",
    ]);
  });

  it("is a layer that was joined, too", async () => {
    const record = await recordOf({
      dockerfile: "FROM alpine\nCOPY --link a /\nCOPY --link b /\n",
      files: { a: "a", b: "b" },
    });
    const names = record.vertices.map(({ kind }) => kind);
    expect(names.filter((kind) => kind === "merge")).toHaveLength(2);
    expect(pruned(record, () => true)).toEqual([]);
    expect(pruned(record, () => false)).toHaveLength(4);
    const last = record.vertices.at(-1);
    expect(pruned(record, ({ id }) => id !== last?.digest)).toEqual([last?.name]);
  });

  it("is known though addresses in its command were recorded without queries, and arguments without values", async () => {
    const record = await recordOf({
      dockerfile: "FROM alpine\nARG VERSION\nRUN curl https://me:word@example.com/f?key=1 -o $VERSION-f\n",
      buildArgs: { VERSION: "12.34" },
    });
    const full = "/bin/sh -c curl https://me:word@example.com/f?key=1 -o $VERSION-f";
    const kept = keptOf(record).map((each, index) => (index === 0 ? each : { ...each, description: nameOf([full]) }));
    expect(predictBuild(record, [record], record, kept).vertices.map(({ outcome }) => outcome)).toEqual([
      "cached",
      "cached",
    ]);
  });

  it("is all that stands on layers of the engine's own images, once anything was removed since the last build", async () => {
    const record = await recordOf({ dockerfile, files });
    const own = keptOf(record).map((kept) => (kept.description.includes("FROM") ? { ...kept, description: "" } : kept));
    const runs = (kept: readonly KeptRecord[]) =>
      predictBuild(record, [record], record, kept).vertices.filter(({ causes }) => causes.length > 0).length;
    expect(runs(own)).toBe(0);
    expect(without(record, "-c make")).toEqual([]);
    expect(runs(own.filter(({ description }) => !description.includes("-c make")))).toBe(6);
  });
});
