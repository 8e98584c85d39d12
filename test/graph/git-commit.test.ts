import { expect, test } from "vitest";
import { commitTime } from "../../src/graph/git-commit.ts";

const commit = (committer: string, extra = "") =>
  `tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor Jo <jo@example.com> 1610000000 +0100\ncommitter ${committer}\n${extra}\nmessage\ncommitter X <x> 1 +0000\n`;

test("the committer's time, in his own zone", () => {
  expect(commitTime(commit("Jo <jo@example.com> 1620000000 +0530"))).toEqual({
    nanoseconds: 1_620_000_000_000_000_000n,
    offset: 19_800,
  });
  expect(commitTime(commit("A < b> <c> 0 -0130"))).toEqual({ nanoseconds: 0n, offset: -5_400 });
  expect(commitTime(commit("Jo <j> -5 +0000"))?.nanoseconds).toBe(-5_000_000_000n);
});

test("signatures are passed over", () => {
  const signature = "gpgsig -----BEGIN\n committer Y <y> 2 +0000\n -----END\n";
  expect(commitTime(commit("Jo <j> 3 +0000", signature))?.nanoseconds).toBe(3_000_000_000n);
});

test.each(["Jo", "Jo <j>", "Jo <j> 1", "Jo <j> x +0000", "Jo <j> 1 0000", "Jo <j> 1 +00000"])(
  "%j tells no time",
  (committer) => {
    expect(commitTime(commit(committer))).toBeUndefined();
  },
);

test.each(["", "object 1\ntype commit\n", "tree a\nauthor b\n\n"])("%j is no commit", (object) => {
  expect(() => commitTime(object)).toThrow(SyntaxError);
});
