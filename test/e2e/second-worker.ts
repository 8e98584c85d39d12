import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const script = fileURLToPath(new URL("../../scripts/worker/worker.mjs", import.meta.url));
const runFile = promisify(execFile);

/** Another worker, which has built nothing yet, for one test. */
export interface SecondWorker {
  readonly dockerHost: string;
  /** A registry of its own. */
  readonly registry: string;
  readonly pids: readonly number[];
  /** Kills it, and starts it again in the same place, with what it had. */
  restart(): Promise<void>;
}

/** Starts a worker of its own for the test, with `ownImages` one that keeps images itself; it is gone after it. */
export async function secondWorker({ ownImages = false } = {}): Promise<SecondWorker> {
  const folder = await mkdtemp(join(tmpdir(), "llbc-"));
  onTestFinished(async () => {
    await runFile(process.execPath, [script, "down", folder]);
    await rm(folder, { recursive: true, force: true });
  }, 60_000);
  const up = async (...more: string[]) =>
    JSON.parse((await runFile(process.execPath, [script, "up", folder, ...more])).stdout);
  const worker: Omit<SecondWorker, "restart"> = await up(...(ownImages ? ["--own-images"] : []));
  return {
    ...worker,
    async restart() {
      for (const pid of worker.pids) process.kill(pid, "SIGKILL");
      await runFile(process.execPath, [script, "down", folder]);
      await up("--registry-port", worker.registry.split(":")[1] ?? "0");
    },
  };
}
