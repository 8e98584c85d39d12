import { spawn } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";

/** The worker that the e2e run started; programs are Debian's (docker with buildx, dockerd, QEMU). */
export interface TestWorker {
  /** `unix://…` of a Docker engine with BuildKit inside. */
  readonly dockerHost: string;
  /** host:port of an empty registry without TLS, which the worker trusts. */
  readonly registry: string;
  /** A busybox image for linux/amd64 and linux/arm64 in that registry, without tag. */
  readonly base: string;
  /** Folder with `usr/bin`, `usr/sbin` of the worker's programs. */
  readonly programs: string;
  /** State folder of the worker. */
  readonly folder: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    worker: TestWorker;
  }
}

export function testWorker(): TestWorker {
  return inject("worker");
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with the worker's tools on PATH and DOCKER_HOST set; resolves whatever its exit code is. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string | Uint8Array; signal?: AbortSignal } = {},
): Promise<Ran> {
  const worker = testWorker();
  const programs = ["usr/bin", "usr/sbin", "usr/libexec/docker/cli-plugins"].map((path) => join(worker.programs, path));
  const env = {
    ...process.env,
    PATH: [...programs, process.env.PATH].join(":"),
    DOCKER_HOST: worker.dockerHost,

    ...options.env,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd: options.cwd, signal: options.signal });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
  });
}
