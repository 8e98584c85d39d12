import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { bundleFrontend } from "../../scripts/frontend/bundle.mjs";
import { fakeBuildKit, type Script } from "../solver/buildkit/fake-buildkit.ts";

/** Makes the scripts of the frontend image in a folder as its build does; returns the path of the entry point. */
export async function makeEntryPoint(folder: string): Promise<string> {
  await bundleFrontend(folder);
  await promisify(execFile)(process.execPath, [join(folder, "start.cjs"), "--remember"]);
  return join(folder, "start");
}

export interface Ended {
  readonly calls: readonly string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Of the process when it called last: the most memory that it has had, in bytes, and its program. */
  readonly peak: number;
  readonly program: string;
}

/** Runs a command as BuildKit runs an entry point. The script is also told of the process. */
export async function runEntryPoint(
  [program = "", ...args]: readonly string[],
  script: (...call: [...Parameters<Script>, ChildProcess]) => ReturnType<Script>,
): Promise<Ended> {
  const child = spawn(program, args, { env: { BUILDKIT_SESSION_ID: "session" }, stdio: "pipe" });
  let status = "";
  const buildkit = fakeBuildKit(child.stdin, child.stdout, (method, request) => {
    status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    return script(method, request, child);
  });
  const stderr = text(child.stderr);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once("exit", (...ended) => resolve(ended)),
  );
  buildkit.close();
  return {
    calls: buildkit.calls,
    code,
    signal,
    stderr: await stderr,
    peak: Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024,
    program: /^Name:\s+(.*)$/m.exec(status)?.[1] ?? "",
  };
}
