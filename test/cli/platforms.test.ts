import { expect, it } from "vitest";
import { platformRows } from "../../src/cli/commands/platforms.ts";

const named = ["linux/amd64", "linux/amd64/v2", "linux/arm64", "linux/386"];

it("tells what runs natively, by emulation, and not", () => {
  const rows = platformRows(named, undefined);
  expect(rows.slice(0, 4)).toEqual([
    { platform: "linux/amd64", runs: "natively", variants: ["v2"] },
    { platform: "linux/arm64", runs: "by emulation", variants: [] },
    { platform: "linux/386", runs: "natively", variants: [] },
    { platform: "linux/arm", runs: "not", variants: [] },
  ]);
  expect(rows.map(({ platform }) => platform)).toContain("linux/s390x");
});

it("the small brother of a processor is emulated where QEMU has it", () => {
  const handler = {
    ...{ name: "qemu-i386", isEnabled: true, interpreter: "/usr/bin/qemu-i386", flags: "F", offset: 0 },
    magic: Buffer.from("7f454c4601010100000000000000000002000300", "hex"),
    mask: Buffer.from("ffffffffffffff00fffffffffffffffffeffffff", "hex"),
  };
  const row = platformRows(named, [handler]).find(({ platform }) => platform === "linux/386");
  expect(row).toMatchObject({ runs: "by emulation", handler: { interpreter: "/usr/bin/qemu-i386" } });
});

it("a worker of another system has its own names", () => {
  const [first] = platformRows(["windows/amd64"], undefined);
  expect(first).toEqual({ platform: "windows/amd64", runs: "natively", variants: [] });
});
