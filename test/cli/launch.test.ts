import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { bundleCommandLine } from "../../scripts/bundle.mjs";
import { unmarshal } from "../../src/llb/unmarshal.ts";

const folder = mkdtempSync(join(tmpdir(), "llbc-launch-"));
const cli = join(folder, "cli.cjs");
const cache = join(folder, "cache");
const kept = join(cache, "llbc", "code");

beforeAll(async () => {
  await bundleCommandLine(folder);
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nCOPY . /\n");
}, 60_000);
beforeEach(() => rmSync(cache, { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the compiled code of a command is kept, and used by the next start", async () => {
  const first = await compile();
  expect(unmarshal(first).ops.length).toBeGreaterThan(1);
  const [file = "", ...others] = readdirSync(kept);
  expect(others).toEqual([]);
  expect(file).toMatch(/-compile-core\.cjs$/);
  const { ino } = statSync(join(kept, file));
  expect(await compile()).toEqual(first);
  expect(statSync(join(kept, file)).ino).toBe(ino);
});

test("another command has code of its own, and of a wrong command line none is kept", async () => {
  await llbc("graph", folder);
  await expect(llbc("graph", "--nonsense")).rejects.toMatchObject({ code: 2 });
  await expect(llbc("compile", "--nonsense")).rejects.toMatchObject({ code: 2 });
  expect(
    readdirSync(kept)
      .map((name) => name.replace(/^.*-(\w+-\w+\.cjs)$/, "$1"))
      .sort(),
  ).toEqual(["graph-core.cjs", "graph-rest.cjs"]);
});

test("code that was lost in part is not run, and made again", async () => {
  const first = await compile();
  const path = join(kept, readdirSync(kept)[0] ?? "");
  const whole = readFileSync(path);
  const zeroed = Buffer.from(whole).fill(0, 8192, 12_288);
  for (const damage of [
    () => writeFileSync(path, zeroed),
    () => truncateSync(path, 4096),
    () => writeFileSync(path, ""),
  ]) {
    damage();
    expect(await compile()).toEqual(first);
    expect(statSync(path).size).toBeGreaterThan(100_000);
    expect(readFileSync(path).subarray(0, 8)).not.toEqual(zeroed.subarray(0, 8).fill(0));
  }
});

test("a cache that cannot be written costs nothing but time", async () => {
  mkdirSync(cache);
  writeFileSync(join(cache, "llbc"), "a file where a folder should be");
  expect(unmarshal(await compile()).ops.length).toBeGreaterThan(1);
});

test("nothing is kept where Node is told to keep no code", async () => {
  await llbc("compile", folder, { NODE_DISABLE_COMPILE_CACHE: "1" });
  expect(() => readdirSync(cache)).toThrow("ENOENT");
});

async function compile(): Promise<Uint8Array> {
  return llbc("compile", folder);
}

async function llbc(command: string, argument: string, more: Record<string, string> = {}): Promise<Uint8Array> {
  const env = { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: cache, ...more };
  const options = { env, encoding: "buffer", maxBuffer: 1 << 26 } as const;
  const { stdout } = await promisify(execFile)(process.execPath, [cli, command, argument], options);
  return stdout;
}
