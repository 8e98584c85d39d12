import { expect, test } from "vitest";
import { parsePlatform } from "../../../../src/platform.ts";
import { bestNodes, nodesMadeFor, nodeThatRuns } from "../../../../src/solver/buildkit/builder/choose-nodes.ts";

const platforms = (...texts: string[]) => texts.map((text) => parsePlatform(text));
const offers = [platforms("linux/amd64"), platforms("linux/arm64", "linux/arm/v7")];

test("a node is made for exactly the platforms that it was made for", () => {
  expect(nodesMadeFor(platforms("linux/arm64", "linux/amd64", "linux/arm/v6"), offers)).toEqual([1, 0, undefined]);
});

test("one node is taken that runs all, by what it runs as well", () => {
  expect(nodeThatRuns(platforms("linux/386"), offers)).toBe(0);
  expect(nodeThatRuns(platforms("linux/arm/v6", "linux/arm64"), offers)).toBe(1);
});

test("several nodes would be needed", () => {
  expect(nodeThatRuns(platforms("linux/amd64", "linux/arm64"), offers)).toBeUndefined();
});

test("what nobody runs can be made anywhere, if it is but files", () => {
  expect(nodeThatRuns(platforms("linux/riscv64"), offers)).toBe(0);
  expect(nodeThatRuns(platforms("linux/riscv64", "linux/arm64"), offers)).toBe(1);
});

test("each platform goes to the node that is closest to it, and to the first where none is", () => {
  expect(bestNodes(platforms("linux/arm/v6", "linux/386", "linux/arm/v7", "linux/s390x"), offers)).toEqual([
    1, 0, 1, 0,
  ]);
  expect(bestNodes(platforms("linux/arm64"), [platforms("linux/arm/v7"), ...offers])).toEqual([2]);
  expect(bestNodes(platforms("linux/amd64"), [[], platforms("linux/amd64")])).toEqual([1]);
});
