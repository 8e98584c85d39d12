import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fakeBuildKit } from "../../solver/buildkit/fake-buildkit.ts";
import { workerWith } from "../../solver/buildkit/fake-worker.ts";

/** Runs the script as BuildKit does; tells its calls, and the most memory that it had until its last one, in bytes. */
export async function runBundle(
  script: string,
  dockerfile: string,
): Promise<{ readonly peak: number; readonly calls: readonly string[] }> {
  const env = { BUILDKIT_SESSION_ID: "session" };
  const child = spawn(process.execPath, [script], { env, stdio: ["pipe", "pipe", "inherit"] });
  let peak = 0;
  const worker = workerWith(dockerfile);
  const buildkit = fakeBuildKit(child.stdin, child.stdout, (method, request) => {
    if (method === "Return") peak = peakOf(child.pid);
    return worker(method, request);
  });
  await new Promise((resolve) => child.once("exit", resolve));
  buildkit.close();
  return { peak, calls: buildkit.calls };
}

function peakOf(pid: number | undefined): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}
