import type { Diagnostic } from "../diagnostic.ts";
import type { ArgInstruction, Directives, Instruction, Stage } from "../parser/index.ts";
import { parseDockerfile } from "../parser/index.ts";
import type { Range } from "../range.ts";
import { decodeUtf8, utf8Bytes } from "../utf8.ts";
import { parseDiagnostics } from "./parse-diagnostics.ts";
import { sourceLines } from "./source-lines.ts";
import { withTokenRanges } from "./token-ranges.ts";

/** A part of a Dockerfile with its place: from its first character to the end of its last line, heredocs included. */
export type Placed<T> = T & { readonly range: Range };

/** A Dockerfile as typed instructions, nothing expanded. */
export interface ParsedSource {
  readonly directives: Directives;
  /** The escape character that lines and words were read with. */
  readonly escape: "\\" | "`";
  /** The ARG instructions before the first FROM. */
  readonly globalArgs: readonly Placed<ArgInstruction>[];
  readonly stages: readonly PlacedStage[];
  /** What makes it invalid, BuildKit's own error first. With any, the rest holds what could be understood. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A stage; its range is that of its FROM. */
export type PlacedStage = Placed<Omit<Stage, "commands">> & {
  readonly instructions: readonly Placed<Instruction>[];
};

/**
 * Reads a Dockerfile as BuildKit does, and says where everything stands. Never rejects for what is in it: what is wrong
 * is among the diagnostics. `filename` is the name that they carry, `Dockerfile` when absent.
 */
export async function parse(
  source: string | Uint8Array,
  { filename = "Dockerfile" }: { readonly filename?: string } = {},
): Promise<ParsedSource> {
  const bytes = utf8Bytes(source);
  const { directives, metaArgs, stages, errors, escape: escapeCharacter } = parseDockerfile(bytes);
  const lines = sourceLines(decodeUtf8(bytes));
  const placed = <T extends { readonly lines: readonly number[] }>(part: T): Placed<T> => ({
    ...part,
    range: rangeOf(part.lines, lines),
  });
  return {
    directives,
    escape: escapeCharacter,
    globalArgs: metaArgs.map(placed),
    stages: stages.map(({ commands, ...stage }) => ({ ...placed(stage), instructions: commands.map(placed) })),
    diagnostics: await withTokenRanges(lines, escapeCharacter, parseDiagnostics(filename, errors)),
  };
}

function rangeOf(numbers: readonly number[], lines: readonly string[]): Range {
  const first = numbers[0] ?? 1;
  const last = numbers.at(-1) ?? first;
  const start = lines[first - 1]?.search(/\S/) ?? 0;
  const end = (lines[last - 1] ?? "").trimEnd().length;
  return { start: { line: first, character: Math.max(0, start) }, end: { line: last, character: end } };
}
