import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { DockerfileInput } from "../solver/solve-options.ts";
import { readStandardInput } from "./standard-input.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** What is built, as the command line names it: a context folder or address, or a Dockerfile from standard input. */
export async function readBuildInput(
  context: string,
  file: string | undefined,
  terminal: Terminal,
): Promise<string | DockerfileInput> {
  const place = isRemote(context) ? context : resolve(terminal.cwd, context);
  if (context === "-") {
    if (file === "-") throw new UsageError("Standard input cannot be both the context and the Dockerfile.");
    return { source: await readStandardInput(terminal), filename: "Dockerfile" };
  }
  return file === "-" ? { source: await readStandardInput(terminal), filename: "Dockerfile", context: place } : place;
}

/** The path of the Dockerfile: one in a remote context is found there; absent where none is named, or standard input. */
export function dockerfilePath(context: string, file: string | undefined, terminal: Terminal): string | undefined {
  if (file === undefined || file === "-") return undefined;
  return isRemote(context) ? file : resolve(terminal.cwd, file);
}

/** The texts that carets point into: the Dockerfile by the name that diagnostics give it. */
export function sourceReader(
  context: string,
  file: string | undefined,
  terminal: Terminal,
  input: string | DockerfileInput,
): (name: string) => Promise<Uint8Array | undefined> {
  return async (name) => {
    if (typeof input !== "string") return typeof input.source === "string" ? Buffer.from(input.source) : input.source;
    const path = file === undefined ? join(resolve(terminal.cwd, context), "Dockerfile") : resolve(terminal.cwd, file);
    if (basename(path) !== basename(name)) return undefined;
    return readFile(path).catch(() => undefined);
  };
}

/** BuildKit's own rule: an address with a scheme, a scp-like git address, or a well-known git host is not a folder. */
export function isRemote(context: string): boolean {
  return /^(https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)/.test(context);
}
