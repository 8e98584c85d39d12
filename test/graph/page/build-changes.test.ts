import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildChanges, type ComparedVertex } from "../../../src/graph/page/build-changes.ts";

function vertex(digest: string, name: string, ms = 1000): ComparedVertex {
  return { digest, name, stage: "build", platforms: ["linux/amd64"], ms };
}

function told(before: readonly ComparedVertex[], after: readonly ComparedVertex[]): readonly string[] {
  return buildChanges(before, after).map(
    ({ kind, before: old, after: now }) => `${kind} ${old?.digest ?? "-"} ${now?.digest ?? "-"}`,
  );
}

describe("what changed between two builds", () => {
  it("knows a step again that stands on something else, whatever its number", () => {
    const before = [vertex("a", "[build 1/2] FROM alpine@sha256:aa11"), vertex("b", "[build 2/2] RUN make")];
    const after = [
      vertex("c", "[build 1/3] FROM alpine@sha256:bb22"),
      vertex("d", "[build 2/3] RUN configure"),
      vertex("e", "[build 3/3] RUN make"),
    ];
    expect(told(before, after)).toEqual(["rebased a c", "added - d", "rebased b e"]);
  });

  it("takes equal steps in their order, and leaves what is the same alone", () => {
    const before = [vertex("a", "RUN make"), vertex("b", "RUN make"), vertex("c", "RUN make")];
    const after = [vertex("b", "RUN make"), vertex("x", "RUN make")];
    expect(told(before, after)).toEqual(["same b b", "rebased a x", "removed c -"]);
  });

  it("tells other stages and platforms apart", () => {
    const other = { ...vertex("b", "RUN make"), stage: "test" };
    const arm = { ...vertex("c", "RUN make"), platforms: ["linux/arm64"] };
    expect(told([vertex("a", "RUN make")], [other, arm])).toEqual(["added - b", "added - c", "removed a -"]);
  });

  it("tells of each vertex of both builds once", () => {
    const digests = fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { maxLength: 8 });
    const names = fc.constantFrom("RUN a", "[build 1/2] RUN a", "RUN b");
    const build = digests.chain((all) => fc.tuple(...all.map((digest) => names.map((name) => vertex(digest, name)))));
    fc.assert(
      fc.property(build, build, (before, after) => {
        const changes = buildChanges(before, after);
        expect(changes.flatMap((change) => change.after ?? [])).toEqual(after);
        const olds = changes.flatMap((change) => change.before?.digest ?? []);
        expect(olds.sort()).toEqual(before.map(({ digest }) => digest).sort());
      }),
    );
  });
});
