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
    const source = await readStandardInput(terminal);
    if (isArchive(source)) {
      throw new UsageError(
        "Standard input is an archive, which is not taken as a context yet: unpack it and name its folder.",
      );
    }
    if (file !== undefined) {
      throw new UsageError(
        `The Dockerfile is on standard input: leave -f ${file} out, or name a folder as the context.`,
      );
    }
    return { source, filename: "Dockerfile" };
  }
  return file === "-" ? { source: await readStandardInput(terminal), filename: "Dockerfile", context: place } : place;
}

/** gzip, bzip2, xz, or tar by the magic word in its first header. */
function isArchive(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, Math.min(content.byteLength, 512));
  const beginnings = ["1f8b08", "425a68", "fd377a585a00"].map((hex) => Buffer.from(hex, "hex"));
  const isCompressed = beginnings.some((beginning) => bytes.subarray(0, beginning.length).equals(beginning));
  return isCompressed || bytes.toString("latin1", 257, 262) === "ustar";
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
