import { statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import type { Compilation, CompiledPlatform } from "../graph/compilation.ts";
import type { CompileFlags } from "./commands/compile-flags.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { makeOutputFolder, writeOutputFile, writeStandardOutput } from "./write-output.ts";

type OutputFlags = Pick<CompileFlags, "format" | "output" | "imageConfig">;

/**
 * Writes definitions and image configs where the flags say, each file as a whole or not at all; of a folder it tells
 * on standard error which files there are now. Rejects with a UsageError for what does not fit, or a Failure `export-failed`.
 */
export async function writeCompilation(
  compilation: Compilation,
  flags: OutputFlags,
  terminal: Terminal,
): Promise<void> {
  const { platforms } = compilation;
  const { output = "-", imageConfig, format } = flags;
  const isFolder = output !== "-" && leadsToFolder(output, platforms.length > 1 && format === "pb", terminal);
  checkPlaces(platforms, isFolder, flags);
  if (isFolder) await writeFolder(compilation, output, format, terminal);
  else await writeOne(output, await contentOf(compilation, platforms, format), terminal);
  const [first] = platforms;
  if (imageConfig !== undefined && first !== undefined) await writeOne(imageConfig, first.imageJSON, terminal);
}

function leadsToFolder(output: string, needed: boolean, { cwd }: Terminal): boolean {
  if (output.endsWith("/") || output.endsWith(sep)) return true;
  const found = statSync(resolve(cwd, output), { throwIfNoEntry: false });
  if (found === undefined) return needed;
  if (needed && !found.isDirectory()) {
    throw new UsageError(`-o ${output}: the definitions of several platforms need a folder, and this is a file.`);
  }
  return found.isDirectory();
}

function checkPlaces(platforms: readonly CompiledPlatform[], isFolder: boolean, flags: OutputFlags): void {
  if (platforms.length === 1) return;
  const names = platforms.map(({ platform }) => platform).join(", ");
  if (flags.format === "pb" && !isFolder) {
    throw new UsageError(`There is a definition for each of ${names}: name a folder for them with -o FOLDER.`);
  }
  if (flags.imageConfig !== undefined) {
    throw new UsageError(
      `There is an image config for each of ${names}: leave --image-config out, they are written into -o FOLDER.`,
    );
  }
}

async function writeFolder(
  compilation: Compilation,
  output: string,
  format: CompileFlags["format"],
  terminal: Terminal,
): Promise<void> {
  makeOutputFolder(resolve(terminal.cwd, output));
  for (const compiled of compilation.platforms) {
    const name = compiled.platform.replaceAll("/", "_");
    const content = await contentOf(compilation, [compiled], format);
    for (const [path, bytes] of [
      [join(output, `${name}.${format === "text" ? "txt" : format}`), content],
      [join(output, `${name}.config.json`), compiled.imageJSON],
    ] as const) {
      await writeOutputFile(resolve(terminal.cwd, path), bytes);
      terminal.stderr.write(`wrote ${path}\n`);
    }
  }
}

async function writeOne(output: string, content: Uint8Array | string, terminal: Terminal): Promise<void> {
  if (output === "-") return writeStandardOutput(content, terminal);
  await writeOutputFile(resolve(terminal.cwd, output), content);
}

async function contentOf(
  compilation: Compilation,
  platforms: readonly CompiledPlatform[],
  format: CompileFlags["format"],
): Promise<Uint8Array | string> {
  if (format === "pb") return platforms[0]?.definition.bytes ?? new Uint8Array();
  const { compilationJson, compilationText } = await import("./compilation-print.ts");
  return format === "json" ? compilationJson(compilation, platforms) : compilationText(platforms);
}
