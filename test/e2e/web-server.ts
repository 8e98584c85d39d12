import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort, serveHttp } from "../loopback.ts";

/** A web server on loopback that gives the files of a folder. Resolves to its address, without a slash at its end. */
export async function webServer(folder: string): Promise<string> {
  const host = await serveHttp((request, response) => {
    try {
      response.end(readFileSync(join(folder, new URL(request.url ?? "/", "http://localhost").pathname)));
    } catch {
      // A folder, or nothing.
      response.statusCode = 404;
      response.end();
    }
  });
  return `http://${host}`;
}

/** A git daemon on loopback for the repositories in a folder. Resolves to its address, without a slash at its end. */
export async function gitServer(folder: string): Promise<string> {
  const port = await freePort();
  const args = ["daemon", "--reuseaddr", "--export-all", "--listen=127.0.0.1", `--port=${port}`];
  const daemon = spawn("git", [...args, `--base-path=${folder}`, folder], { stdio: "ignore", detached: true });
  onTestFinished(() => stopGroup(daemon));
  await listening(port, daemon);
  return `git://127.0.0.1:${port}`;
}

export function git(folder: string, ...args: readonly string[]): string {
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
  return execFileSync("git", ["-C", folder, ...who, ...args], { encoding: "utf8" }).trim();
}

/** The daemon has children of its own. */
function stopGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid);
  } catch {
    // It has ended already.
  }
}

async function listening(port: number, daemon: ChildProcess): Promise<void> {
  while (daemon.exitCode === null) {
    if (await answers(port)) return;
  }
  throw new Error(`git daemon ended with ${daemon.exitCode}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => setTimeout(() => resolve(false), 20));
  });
}
