import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import type { TestWorker } from "./worker.ts";

const script = fileURLToPath(new URL("../../scripts/worker/worker.mjs", import.meta.url));
const runFile = promisify(execFile);

/** One fresh worker and registry for the whole run; when they cannot be had the run fails, it never skips. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "llbc-"));
  const { stdout } = await runFile(process.execPath, [script, "up", folder]);
  const worker: TestWorker = { ...JSON.parse(stdout), folder };
  project.provide("worker", worker);
  return async () => {
    await runFile(process.execPath, [script, "down", folder]);
    const { XDG_STATE_HOME: state } = project.config.env;
    for (const each of [folder, ...(state === undefined ? [] : [state])])
      await rm(each, { recursive: true, force: true });
  };
}
