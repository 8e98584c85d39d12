import { Socket } from "node:net";
import process from "node:process";
import { frontendCommand } from "./frontend.ts";

// The whole program of a frontend image: `llbc frontend` without the rest of the command line.
const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt.abort());
// The log of a worker that went away needs nobody to write it.
process.stderr.on("error", () => {});

// The standard streams of a process block on a full pipe, and BuildKit may wait for us to read just then.
void frontendCommand({
  env: process.env,
  stdin: new Socket({ fd: 0, writable: false }),
  stdout: new Socket({ fd: 1, readable: false }),
  stderr: process.stderr,
  signal: interrupt.signal,
}).then((code) => process.exit(code));
