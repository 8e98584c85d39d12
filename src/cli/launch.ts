import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { cacheFolder } from "../cache-folder.ts";

// The program `llbc`: loads the bundle, and keeps the code that V8 makes of it for the next start, for each command what
// that command runs. A cache that is absent, broken or read-only costs time and no more. Of what was made by another
// version of Node, or under other flags, V8 makes no use.

/** The digest of the whole bundle, put in when it is built. */
declare const bundleDigest: string;

/** As NodeJS.require, of the files of the bundle too. */
type Load = (name: string) => unknown;

const bundle = join(__dirname, "cli");
const folder = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : cacheFolder(process.env, "code");
const command = /^[a-z-]{1,16}$/.exec(process.argv[2] ?? "")?.[0] ?? "";
const loaded = new Map<string, { exports: unknown }>();
const unkept = new Map<string, Script>();
const headLength = 8;
let memory = Buffer.alloc(0);

void start();

async function start(): Promise<void> {
  const core = load("./core.cjs");
  if (!hasMain(core)) throw new Error("the bundle is broken: install llbc again");
  const isAllWritten = await core.main();
  // A wrong command line runs little of what a right one needs.
  if (folder !== undefined && process.exitCode === 0) for (const [name, script] of unkept) keep(folder, name, script);
  // To take apart all that was loaded would take milliseconds.
  if (isAllWritten) process.exit();
}

function load(name: string): unknown {
  if (!name.startsWith("./")) return require(name);
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module: { exports: unknown } = { exports: {} };
  loaded.set(name, module);
  const file = join(bundle, name);
  const text = read(file).toString("latin1");
  const cachedData = folder === undefined ? undefined : keptCode(join(folder, keptName(name)));
  const script = new Script(text, { filename: file, ...(cachedData && { cachedData }) });
  if (cachedData === undefined || script.cachedDataRejected === true) unkept.set(name, script);
  const run: (exports: unknown, load: Load, module: object) => void = script.runInThisContext();
  run(module.exports, load, module);
  return module.exports;
}

function hasMain(exports: unknown): exports is { main(): Promise<boolean> } {
  return typeof exports === "object" && exports !== null && "main" in exports && typeof exports.main === "function";
}

function keptName(name: string): string {
  return [bundleDigest, process.version, process.arch, command, name.slice("./".length)].join("-");
}

/** What stands before the code: its length, and a sum of it. */
function keptCode(path: string): Buffer | undefined {
  try {
    const content = read(path);
    const code = content.subarray(headLength);
    return headOf(code).equals(content.subarray(0, headLength)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Memory that is new costs more than reading itself: what is read stays until something else is. */
function read(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    if (memory.length < size) memory = Buffer.allocUnsafeSlow(size * 2);
    let length = 0;
    while (length < size) {
      const count = readSync(file, memory, length, size - length, null);
      if (count === 0) throw new Error(`${path} became shorter while it was read`);
      length += count;
    }
    return memory.subarray(0, size);
  } finally {
    closeSync(file);
  }
}

/** To sum up all of it would take longer than it saves. A word of each sector tells when one was lost. */
function headOf(code: Buffer): Buffer {
  const words = new Int32Array(code.buffer, code.byteOffset, code.length >> 2);
  let sum = 0;
  for (let at = 0; at < words.length; at += 128) sum = (Math.imul(sum, 31) + (words[at] ?? 0)) | 0;
  const head = Buffer.alloc(headLength);
  head.writeInt32LE(sum);
  head.writeUInt32LE(code.length, 4);
  return head;
}

function keep(folder: string, name: string, script: Script): void {
  try {
    const code = script.createCachedData();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const temporary = join(folder, `${process.pid}.tmp`);
    writeFileSync(temporary, Buffer.concat([headOf(code), code]), { flush: true });
    renameSync(temporary, join(folder, keptName(name)));
    removeOld(folder);
  } catch {
    // The next start makes it again.
  }
}

/** What other versions left behind. */
function removeOld(folder: string): void {
  const longAgo = Date.now() - 30 * 24 * 3600 * 1000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!name.startsWith(bundleDigest) && statSync(path).mtimeMs < longAgo) unlinkSync(path);
  }
}
