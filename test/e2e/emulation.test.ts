import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { elfHeader, parseMachines } from "../../src/cli/emulation/machine.ts";
import { run } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "llbc-elf-"));
const llbc = (args: readonly string[]) => run(process.execPath, [cli, ...args]);

afterAll(async () => {
  await llbc(["platforms", "uninstall", "s390x"]);
  rmSync(folder, { recursive: true, force: true });
});

/** A program of s390x that ends with 42: one segment, and in it `lghi %r2,42; svc 1`. */
function program(): Buffer {
  const [machine] = parseMachines(["s390x"]);
  if (machine === undefined) throw new Error("s390x is known");
  const [address, size] = [0x10000n, 126];
  const file = Buffer.alloc(size);
  elfHeader(machine).copy(file);
  file.writeUInt32BE(1, 20);
  file.writeBigUInt64BE(address + 120n, 24);
  file.writeBigUInt64BE(64n, 32);
  file.set([0, 64, 0, 56, 0, 1], 52);
  file.set([0, 0, 0, 1, 0, 0, 0, 5], 64);
  for (const [offset, value] of [
    [80, address],
    [88, address],
    [96, BigInt(size)],
    [104, BigInt(size)],
    [112, 0x1000n],
  ] as const) {
    file.writeBigUInt64BE(value, offset);
  }
  file.set([0xa7, 0x29, 0x00, 0x2a, 0x0a, 0x01], 120);
  return file;
}

// The packages come from the network.
test("install has this machine run programs of another, in containers too; uninstall takes it back", {
  timeout: 240_000,
}, async () => {
  writeFileSync(join(folder, "program"), program());
  chmodSync(join(folder, "program"), 0o755);
  // Nothing of QEMU is in this root.
  const runIt = () => run("chroot", [folder, "/program"]);
  const handlers = () => readdirSync("/proc/sys/fs/binfmt_misc").sort();
  const before = handlers();
  expect((await runIt()).code).not.toBe(42);

  const planned = await llbc(["platforms", "install", "s390x", "--dry-run"]);
  expect(planned.stdout).toMatch(
    /^(would install qemu-user\S*\n)?would register llbc-s390x for s390x: \/usr\/bin\/qemu-s390x/,
  );
  expect(handlers()).toEqual(before);

  const installed = await llbc(["platforms", "install", "linux/s390x"]);
  expect(installed.code, installed.stderr).toBe(0);
  expect(installed.stdout).toMatch(/^s390x: registered llbc-s390x, \/usr\/(local\/)?bin\/qemu-s390x/);
  expect((await runIt()).code).toBe(42);

  const again = await llbc(["platforms", "install", "s390x"]);
  expect(again.stdout).toMatch(/^s390x: there already, llbc-s390x/);

  const removed = await llbc(["platforms", "uninstall", "s390x"]);
  expect(removed.stdout).toMatch(/^removed llbc-s390x, /);
  expect(handlers()).toEqual(before);
  expect((await runIt()).code).not.toBe(42);
});
