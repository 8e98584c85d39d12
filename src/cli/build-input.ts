import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { isArchive } from "../graph/context/archive.ts";
import { isWebAddress } from "../graph/context/http-source.ts";
import { contextName } from "../history/context-name.ts";
import { isRemoteAddress } from "../solver/remote-address.ts";
import type { ContextInput } from "../solver/solve-options.ts";
import { openStandardInput, readStandardInput } from "./standard-input.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/**
 * What is built, as the command line names it: a context folder or address, or what comes on standard input, a Dockerfile
 * or an archive, which is not read yet but for its beginning.
 */
export async function readBuildInput(
  context: string,
  file: string | undefined,
  terminal: Terminal,
): Promise<ContextInput> {
  if (context === "-") return readStandardContext(file, terminal);
  const place = placeOf(context, terminal);
  return file === "-" ? { source: await readStandardInput(terminal), filename: "Dockerfile", context: place } : place;
}

async function readStandardContext(file: string | undefined, terminal: Terminal): Promise<ContextInput> {
  if (file === "-") throw new UsageError("Standard input cannot be both the context and the Dockerfile.");
  const { start, all } = await openStandardInput(terminal, headerSize);
  if (isArchive(start)) return { archive: all };
  if (isZstd(start)) {
    throw new UsageError(
      "Standard input is compressed by zstd; BuildKit takes archives that are plain or by gzip, bzip2 or xz: zstd -dc FILE | llbc solve -",
    );
  }
  if (file !== undefined) {
    throw new UsageError(`The Dockerfile is on standard input: leave -f ${file} out, or name a folder as the context.`);
  }
  return { source: await bytesOf(all), filename: "Dockerfile" };
}

/** What is looked at of standard input, in bytes: as much as docker buildx does. */
const headerSize = 1024;

function isZstd(start: Uint8Array): boolean {
  return [0x28, 0xb5, 0x2f, 0xfd].every((byte, index) => start[index] === byte);
}

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const piece of pieces) chunks.push(piece);
  return Buffer.concat(chunks);
}

/** The name by which builds of a context are recorded: see `contextName`. */
export function recordedContext(context: string, terminal: Pick<Terminal, "cwd">): string {
  return context === "-" ? context : contextName(placeOf(context, terminal));
}

/** A folder, against the current one, or an address. */
function placeOf(context: string, { cwd }: Pick<Terminal, "cwd">): string {
  const folder = resolve(cwd, context);
  return isRemoteAddress(context) && !existsSync(folder) ? context : folder;
}

/**
 * The Dockerfile as it is named: against the current folder, but for one in a remote context or an archive, where it is
 * found, and one on the web; absent where none is named, or standard input.
 */
export function dockerfilePath(
  context: string,
  file: string | undefined,
  terminal: Pick<Terminal, "cwd">,
): string | undefined {
  if (file === undefined || file === "-") return undefined;
  const isElsewhere = context === "-" || placeOf(context, terminal) === context;
  return isElsewhere || isWebAddress(file) ? file : resolve(terminal.cwd, file);
}

/** The texts that carets point into: the Dockerfile by the name that diagnostics give it. */
export function sourceReader(
  context: string,
  file: string | undefined,
  terminal: Pick<Terminal, "cwd">,
  input: ContextInput,
): (name: string) => Promise<Uint8Array | undefined> {
  return async (name) => {
    if (typeof input === "object" && "archive" in input) return undefined;
    if (typeof input !== "string") return typeof input.source === "string" ? Buffer.from(input.source) : input.source;
    const path = file === undefined ? join(resolve(terminal.cwd, context), "Dockerfile") : resolve(terminal.cwd, file);
    if (basename(path) !== basename(name)) return undefined;
    return readFile(path).catch(() => undefined);
  };
}
