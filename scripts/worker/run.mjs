import { spawnSync } from "node:child_process";

/**
 * Runs a program to its end and returns what it printed; throws with its last lines when it fails.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnSyncOptions} [options]
 */
export function run(program, args, options = {}) {
  const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 << 20, ...options });
  if (done.error !== undefined) throw new Error(`${program}: ${done.error.message}`);
  if (done.status === 0) return done.stdout;
  const tail = `${done.stdout}\n${done.stderr}`.trim().split("\n").slice(-5).join("\n");
  throw new Error(`${program} ${args.at(-1)} ended with ${done.status ?? done.signal}: ${tail}`);
}
