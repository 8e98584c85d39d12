import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

const registry = "/proc/sys/fs/binfmt_misc";
// ELF header of a 64-bit little-endian AArch64 program, and which of its bits count.
const magic = "\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00";
const mask = "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff";

/**
 * Lets the kernel run arm64 programs through QEMU. The F flag opens the interpreter now, so that it works inside
 * containers, where its path does not exist. A registration of that kind that is there already is kept.
 * @param {string} prefix folder of the unpacked programs
 */
export function registerEmulation(prefix) {
  if (process.arch === "arm64") return;
  if (!existsSync(join(registry, "register"))) run("mount", ["-t", "binfmt_misc", "binfmt_misc", registry]);
  const name = ["qemu-aarch64", "llbc-aarch64"].find(
    (entry) => !existsSync(join(registry, entry)) || opensEarly(entry),
  );
  if (name === undefined || existsSync(join(registry, name))) return;
  writeFileSync(
    join(registry, "register"),
    `:${name}:M::${magic}:${mask}:${join(prefix, "usr/bin/qemu-aarch64")}:OCPF`,
  );
}

function opensEarly(entry) {
  return /^flags:.*F/m.test(readFileSync(join(registry, entry), "utf8"));
}
