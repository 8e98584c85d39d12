import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/digest.ts";
import { type Explanation, explainBuild, predictBuild } from "../../../src/graph/explain/explain.ts";
import { explainText } from "../../../src/graph/explain/explain-text.ts";
import { type MadeBuild, recordOf } from "../history/records.ts";

const dockerfile = `FROM alpine AS build
ARG VERSION=1
COPY package.json /app/
RUN install
COPY src /app/src
RUN make $VERSION
FROM alpine
ENV MODE=fast
COPY --from=build /app/out /out
RUN finish
`;
const files = { "package.json": "{}", "src/a.c": "a", "src/b.c": "b", "README.md": "read me" };
const first: MadeBuild = { dockerfile, files };

/** What would run, by instruction, with the kinds of the causes. */
async function predict(next: MadeBuild, ...past: readonly MadeBuild[]) {
  const records = await Promise.all((past.length === 0 ? [first] : past).map(recordOf));
  return summary(predictBuild(await recordOf(next), records, records.at(-1)));
}

function summary({ vertices }: Explanation) {
  const running = vertices.filter(({ outcome, causes }) => outcome === "runs" && causes.length > 0);
  return Object.fromEntries(
    running.map(({ name, causes, unless }) => [
      name.replace(/^\[[^\]]*\] /, ""),
      [...causes.map(({ kind }) => kind), ...unless.map(() => "unless")].join(),
    ]),
  );
}

describe("what would run again", () => {
  it("nothing, where nothing changed", async () => {
    expect(await predict(first)).toEqual({});
  });

  it.each([
    ["a file outside of what is copied changes", { ...files, "README.md": "other" }],
    ["a file outside is added", { ...files, "other.md": "" }],
  ])("nothing, where %s", async (_, changed) => {
    expect(await predict({ ...first, files: changed })).toEqual({});
  });

  it("what copies a file, and what comes after; what copies from it perhaps", async () => {
    expect(await predict({ ...first, files: { ...files, "src/a.c": "other" } })).toEqual({
      "COPY src /app/src": "files",
      "RUN make 1": "input",
      "COPY --from=build /app/out /out": "input,unless",
      "RUN finish": "input",
    });
  });

  it("all of a stage, where an argument is used before", async () => {
    expect(await predict({ ...first, buildArgs: { VERSION: "2" } })).toEqual({
      "RUN install": "build-arg",
      "RUN make 2": "build-arg,input",
      "COPY src /app/src": "input",
      "COPY --from=build /app/out /out": "input,unless",
      "RUN finish": "input",
    });
  });

  it.each([
    ["the default of an argument", "VERSION=1", "VERSION=2", { "RUN install": "variable" }],
    ["a variable", "MODE=fast", "MODE=slow", { "RUN finish": "variable" }],
    ["a variable that is new", "MODE=fast", "MODE=fast MORE=1", { "RUN finish": "variable" }],
    ["an instruction", "RUN finish", "RUN finish -v", { "RUN finish -v": "instruction" }],
    ["a new instruction", "RUN finish\n", "RUN finish\nRUN more\n", { "RUN more": "new" }],
    [
      "an instruction is taken out",
      "ENV MODE=fast\nCOPY --from=build /app/out /out\n",
      "ENV MODE=fast\n",
      { "RUN finish": "order" },
    ],
    ["a comment", "RUN finish", "# a comment\nRUN finish", {}],
  ])("where it changes: %s", async (_, before, after, expected) => {
    const found = await predict({ ...first, dockerfile: dockerfile.replace(before, after) });
    expect(found).toMatchObject(expected);
    if (!("RUN install" in expected)) expect(Object.keys(found)).toEqual(Object.keys(expected));
  });

  it("everything, where the base is another one", async () => {
    const found = await predict({ ...first, baseDigest: digestOf("other base") });
    expect(found[`FROM docker.io/library/alpine:latest@${digestOf("other base")}`]).toBe("source");
    expect(Object.keys(found)).toHaveLength(7);
  });

  it("everything, where nothing may come from the cache", async () => {
    const found = await predict({ ...first, options: { rawOptions: { "no-cache": "" } } });
    expect(Object.values(found).filter((causes) => causes === "no-cache")).toHaveLength(6);
  });

  it("what builds on a step that is to run in any case, but for what copies the same files from it", async () => {
    const found = await predict({ ...first, options: { rawOptions: { "no-cache": "build" } } });
    expect(found).toMatchObject({ "RUN install": "no-cache", "COPY --from=build /app/out /out": "input,unless" });
    expect(found["RUN finish"]).toBe("input");
  });

  it("nothing, where an older build made the same", async () => {
    const other = { ...first, files: { ...files, "src/a.c": "other" } };
    expect(await predict(first, first, other)).toEqual({});
  });

  it("nothing that was found in a cache after its input had run again", async () => {
    const other = {
      ...first,
      files: { ...files, "src/a.c": "other" },
      states: { "COPY --from": "cached", "RUN finish": "cached" } as const,
    };
    const third = { ...other, dockerfile: dockerfile.replace("RUN finish", "RUN finish -v") };
    expect(Object.keys(await predict(third, first, other))).toEqual(["RUN finish -v"]);
  });

  it("what failed, and what came after it", async () => {
    const failed = {
      ...first,
      states: { "RUN make": "failed", "COPY --from": "unknown", "RUN finish": "unknown" } as const,
    };
    const record = { ...(await recordOf(failed)), outcome: "failed" as const };
    const found = summary(predictBuild(await recordOf(first), [record], record));
    expect(Object.keys(found)).toEqual(["RUN make 1", "COPY --from=build /app/out /out", "RUN finish"]);
    expect(found["RUN make 1"]).toBe("pruned");
  });
});

describe("why it ran", () => {
  it("names files and what changed about them", async () => {
    const changed = { "package.json": "{}", "src/a.c": ["a", 0o600] as const, "src/c.c": "c", "README.md": "" };
    const against = await recordOf({ ...first, ref: "before" });
    const now = await recordOf({ ...first, files: changed, states: { "RUN install": "cached", package: "cached" } });
    expect(explainText(explainBuild(now, against), { tense: "did" })).toMatchInlineSnapshot(`
      "compared with build before
      4 ran, 3 cached

      line 5  [build 4/5] COPY src /app/src
          src/a.c: other mode
          src/b.c: removed
          src/c.c: added

      line 6  [build 5/5] RUN make 1
          after [build 4/5] COPY src /app/src

      line 9  [stage-1 2/3] COPY --from=build /app/out /out
          after [build 5/5] RUN make 1

      line 10  [stage-1 3/3] RUN finish
          after [stage-1 2/3] COPY --from=build /app/out /out
      "
    `);
  });

  it("says that the cache was pruned, where nothing changed, and that the worker is another one", async () => {
    const record = await recordOf(first);
    expect(summary(explainBuild(record, record))["COPY package.json /app/"]).toBe("pruned");
    const alone = await recordOf({ ...first, states: { FROM: "cached", COPY: "cached" } });
    expect(summary(explainBuild(alone, record))["RUN install"]).toBe("pruned");
    const elsewhere = await recordOf({ ...first, states: { FROM: "cached", COPY: "cached" }, worker: "tcp://other" });
    expect(summary(explainBuild(elsewhere, record))["RUN install"]).toBe("worker");
  });

  it("names the platform", async () => {
    const before = await recordOf({ dockerfile: "FROM alpine\nRUN a\n", platforms: ["linux/amd64"] });
    const after = await recordOf({ dockerfile: "FROM alpine\nRUN a\n", platforms: ["linux/arm64"] });
    expect(summary(explainBuild(after, before))["RUN a"]).toContain("platform");
  });
});
