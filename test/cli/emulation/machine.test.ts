import { expect, it } from "vitest";
import { elfHeader, elfMask, machines, parseMachines } from "../../../src/cli/emulation/machine.ts";

it("knows an arm64 program by its header, wherever it may be placed", () => {
  const [arm64] = parseMachines(["arm64"]);
  if (arm64 === undefined) throw new Error("arm64 is known");
  expect(elfHeader(arm64).toString("hex")).toBe("7f454c460201010000000000000000000200b700");
  expect(elfMask(arm64).toString("hex")).toBe("ffffffffffffff00fffffffffffffffffeffffff");
});

it("writes the header of a big-endian machine the other way round", () => {
  const [s390x] = parseMachines(["linux/s390x"]);
  if (s390x === undefined) throw new Error("s390x is known");
  expect(elfHeader(s390x).toString("hex")).toBe("7f454c4602020100000000000000000000020016");
  expect(elfMask(s390x).toString("hex")).toBe("ffffffffffffff00fffffffffffffffffffeffff");
});

it("no machine's programs are taken for another's", () => {
  for (const one of machines) {
    const mask = elfMask(one);
    const taken = machines.filter((other) =>
      elfHeader(other).every((byte, index) => ((byte ^ (elfHeader(one)[index] ?? 0)) & (mask[index] ?? 0)) === 0),
    );
    expect(taken).toEqual([one]);
  }
});

it.each([
  { given: ["arm64,riscv64"], names: ["arm64", "riscv64"] },
  { given: ["linux/arm/v7", "aarch64", "arm64"], names: ["arm", "arm64"] },
  { given: ["x86_64"], names: ["amd64"] },
])("reads $given", ({ given, names }) => {
  expect(parseMachines(given).map(({ architecture }) => architecture)).toEqual(names);
});

it.each([
  ["arn64", /did you mean arm64\?/],
  ["windows/amd64", /runs no programs of windows\/amd64/],
  ["sparc64", /runs no programs of linux\/sparc64/],
])("%s is refused by name", (name, says) => {
  expect(() => parseMachines([name])).toThrow(says);
});
