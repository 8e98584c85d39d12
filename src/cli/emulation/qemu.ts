import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../failure.ts";
import type { Terminal } from "../terminal.ts";
import type { Machine } from "./machine.ts";

/**
 * QEMU's program for a machine, if this one has it: only a static one counts, since in a container there are no
 * libraries for it.
 */
export function findQemu({ qemu }: Machine, folders: readonly string[] = programFolders): string | undefined {
  const paths = folders.flatMap((folder) => [join(folder, `qemu-${qemu}-static`), join(folder, `qemu-${qemu}`)]);
  return paths.find((path) => existsSync(path) && isStatic(path));
}

const programFolders = ["/usr/bin", "/usr/local/bin"];

/** Whether a 64-bit ELF program asks for no loader: none of its program headers is PT_INTERP. */
function isStatic(path: string): boolean {
  const file = readStart(path);
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2) return false;
  const [at, size, count] = [Number(file.readBigUInt64LE(32)), file.readUInt16LE(54), file.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => at + index * size).every(
    (offset) => offset + 4 <= file.length && file.readUInt32LE(offset) !== interpreterHeader,
  );
}

const interpreterHeader = 3;

/** Program headers follow the first one of a file. */
function readStart(path: string): Buffer {
  const start = Buffer.alloc(4096);
  const file = openSync(path, "r");
  try {
    return start.subarray(0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}

/**
 * The package of this Debian that has them: qemu-user-static, or since Debian 13, where it is static, qemu-user.
 * Undefined where apt knows neither.
 */
export async function qemuPackage(signal: AbortSignal): Promise<string | undefined> {
  for (const name of ["qemu-user-static", "qemu-user"]) {
    const { output } = await run("apt-cache", ["policy", name], signal).catch(() => ({ output: "" }));
    if (/^ *Candidate: *(?!\(none\))\S/m.test(output)) return name;
  }
  return undefined;
}

/** Installs a package, after the lists were fetched where apt does not know it. What apt says goes to standard error. */
export async function installQemu(terminal: Terminal): Promise<void> {
  const { signal } = terminal;
  let name = await qemuPackage(signal);
  if (name === undefined) {
    await aptGet(["update"], terminal);
    name = await qemuPackage(signal);
  }
  if (name === undefined) throw noPackage();
  const install = ["install", "--yes", "--no-install-recommends", name];
  try {
    await aptGet(install, terminal);
  } catch (error) {
    signal.throwIfAborted();
    // Lists that are old name files that are gone.
    if (!(error instanceof Failure)) throw error;
    await aptGet(["update"], terminal);
    await aptGet(install, terminal);
  }
}

function noPackage(): Failure {
  return new Failure("usage", "no package with QEMU is known to apt on this machine", {
    remedy: "Install QEMU's static user programs (qemu-user-static) in this system's own way, and run this again.",
  });
}

async function aptGet(args: readonly string[], { stderr, signal }: Terminal): Promise<void> {
  stderr.write(`apt-get ${args.join(" ")}\n`);
  const { code, output } = await run("apt-get", ["-qq", ...args], signal);
  if (code === 0) return;
  throw new Failure("usage", `apt-get ${args.join(" ")} failed:\n${output.trim().split("\n").slice(-10).join("\n")}`);
}

/** What a program wrote, on both streams, and its exit code. Rejects where it cannot be started, or with an abort. */
function run(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };
    const child = spawn(program, args, { env, signal, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", (error) => reject(signal.aborted ? signal.reason : notStarted(program, error)));
    child.on("close", (code) => resolve({ code, output }));
  });
}

function notStarted(program: string, cause: Error): Failure {
  return new Failure("usage", `${program} cannot be run here: ${cause.message}`, {
    remedy: "Install QEMU's static user programs (qemu-user-static) in this system's own way, and run this again.",
    cause,
  });
}
