import { expect } from "vitest";
import { type Diagnostic, DockerfileError } from "../../../src/diagnostic.ts";
import { diagnosticsText } from "../../../src/graph/caret.ts";
import type { Compilation } from "../../../src/graph/compilation.ts";
import { compile } from "../../../src/graph/compile.ts";
import type { CompileOptions } from "../../../src/graph/compile-options.ts";
import { unmarshal } from "../../../src/llb/unmarshal.ts";
import { newWriter } from "../../../src/llb/wire.ts";
import type { Range } from "../../../src/range.ts";
import { decodeUtf8, encodeUtf8 } from "../../../src/utf8.ts";
import { writeDefinition } from "../../llb/write-definition.ts";
import { unresolvable } from "./arbitrary-options.ts";

/** What a compile came to, in a form in which two of them can be compared; both forms were verified. */
export type Outcome =
  | { readonly bytes: readonly string[] }
  | { readonly refused: readonly Diagnostic[] }
  | "unresolved";

/** Compiles and verifies whatever comes of it. Fails for any error that is not one about the Dockerfile. */
export async function outcomeOf(source: string | Uint8Array, options: CompileOptions): Promise<Outcome> {
  const bytes = typeof source === "string" ? encodeUtf8(source) : source;
  const lines = decodeUtf8(bytes)
    .replace(/^\ufeff/, "")
    .split("\n");
  try {
    const compilation = await compile(source, options);
    verifyCompilation(compilation, lines.length);
    verifyDiagnostics(compilation.diagnostics, lines);
    expect(compilation.diagnostics.every(({ severity }) => severity === "warning")).toBe(true);
    return {
      bytes: compilation.platforms.flatMap(({ definition, imageJSON }) => [hex(definition.bytes), hex(imageJSON)]),
    };
  } catch (error) {
    if (error === unresolvable) return "unresolved";
    if (!(error instanceof DockerfileError)) throw error;
    expect(error.diagnostics[0]?.severity).toBe("error");
    verifyDiagnostics(error.diagnostics, lines);
    return { refused: error.diagnostics };
  }
}

/** Definitions are whole and say what was marshalled; graph, image and metadata agree with them. */
export function verifyCompilation(compilation: Compilation, lineCount: number): void {
  const { platforms, graph, resultMetadata } = compilation;
  expect(platforms.length).toBeGreaterThan(0);
  const digests = new Set<string>();
  for (const { definition, image, imageJSON } of platforms) {
    const read = unmarshal(definition.bytes);
    expect(read.digests).toEqual(definition.digests);
    // What was read says as much as what was written: written again, it is the same.
    const again = newWriter();
    if (read.def.length > 0) writeDefinition(again, read);
    expect(Buffer.compare(again.finish(), definition.bytes)).toBe(0);
    for (const digest of definition.digests.slice(0, -1)) digests.add(digest);
    // One look at all of them: an instruction may have a line for each of hundreds of thousands.
    const places = [...(definition.source?.locations.values() ?? [])].flat().flatMap(({ ranges }) => ranges);
    expect(places.filter(({ start, end }) => start.line < 1 || end.line < start.line || end.line > lineCount)).toEqual(
      [],
    );
    expect(JSON.parse(Buffer.from(imageJSON).toString())).toEqual(image);
  }
  expect(new Set(graph.vertices.map(({ digest }) => digest))).toEqual(digests);
  const seen = new Set<string>();
  for (const { digest, inputs } of graph.vertices) {
    for (const input of inputs) expect(seen.has(input.digest)).toBe(true);
    seen.add(digest);
  }
  for (const result of graph.results.values()) expect(result === undefined || seen.has(result)).toBe(true);
  expect(Object.keys(resultMetadata).length).toBeGreaterThan(0);
}

/** Ranges lie within the text, and where they are finer than lines, they begin and end where words do. */
export function verifyDiagnostics(diagnostics: readonly Diagnostic[], lines: readonly string[]): void {
  for (const { message, ranges } of diagnostics) {
    expect(message).not.toMatch(/\bundefined\b(?! variable)|\[object|\bNaN\b/);
    expect(ranges.filter((range) => !isWithin(range, lines)).slice(0, 3), message).toEqual([]);
  }
  expect(diagnosticsText(diagnostics, () => lines.join("\n"))).not.toMatch(/[^\P{Cc}\n]/u);
}

function isWithin({ start, end }: Range, lines: readonly string[]): boolean {
  const text = lines[end.line - 1];
  if (text === undefined || start.line < 1 || start.line > end.line || end.character > text.length) return false;
  if (start.line < end.line || start.character === end.character) return true;
  return start.character < end.character && !cutsWord(text, start.character) && !cutsWord(text, end.character);
}

function cutsWord(text: string, at: number): boolean {
  return /\w/.test(text.charAt(at - 1)) && /\w/.test(text.charAt(at));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
