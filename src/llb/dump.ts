import type { Platform } from "../platform.ts";
import type { Op } from "./op.ts";
import { base64, type Json, locationsJson, metadataJson, opJson } from "./op-json.ts";
import { type InputName, opText, printable } from "./op-text.ts";
import type { UnmarshalledDefinition } from "./unmarshal.ts";

/** What {@link dump} writes: lines for people, JSON with a line per op, or Graphviz. */
export type DumpFormat = "text" | "json" | "dot";

/** A definition for reading, ending in a newline; JSON is the protobuf JSON of each op with its digest. */
export function dump(definition: UnmarshalledDefinition, format: DumpFormat): string {
  switch (format) {
    case "text":
      return dumpText(definition);
    case "json":
      return `${JSON.stringify(definitionJson(definition), undefined, 2)}\n`;
    case "dot":
      return dumpDot(definition);
    default:
      // Programs without types may ask for anything.
      throw new TypeError(`there is no format ${format satisfies never}`);
  }
}

/** Ops in order with what travels beside them, and the source texts with the definitions that load them. */
export function definitionJson(definition: UnmarshalledDefinition): Json {
  const ops = definition.ops.map((op, position): Json => {
    const digest = definition.digests[position] ?? "";
    const metadata = definition.metadata.get(digest);
    const locations = definition.source?.locations.get(digest);
    return {
      digest,
      op: opJson(op),
      ...(metadata === undefined ? {} : { metadata: metadataJson(metadata) }),
      ...(locations === undefined ? {} : { locations: locationsJson(locations) }),
    };
  });
  const sources = definition.source?.infos.map(
    (info): Json => ({
      filename: info.filename,
      language: info.language,
      data: base64(info.data),
      ...(info.definition === undefined ? {} : { definition: base64(info.definition.bytes) }),
    }),
  );
  return { ops, ...(sources === undefined ? {} : { sources }) };
}

/** One paragraph for each op, `#1`, `#2`, …, with its inputs by that number. */
function dumpText(definition: UnmarshalledDefinition): string {
  if (definition.ops.length === 0) return "scratch: no ops\n";
  const numbers = new Map(definition.digests.map((digest, position) => [digest, position + 1]));
  const paragraphs = definition.ops.map((op, position) => {
    const digest = definition.digests[position] ?? "";
    const lines = [...opText(op, inputNames(op, numbers)), ...besideText(definition, digest, op)];
    return `#${position + 1} ${digest}\n${lines.map((line) => `   ${line}\n`).join("")}`;
  });
  return paragraphs.join("\n");
}

function inputNames(op: Op, numbers: ReadonlyMap<string, number>): InputName {
  return (index) => {
    const input = op.inputs[index];
    if (input === undefined) return "scratch";
    return `#${numbers.get(input.digest)}${input.output === 0 ? "" : ` (output ${input.output})`}`;
  };
}

function besideText(definition: UnmarshalledDefinition, digest: string, op: Op): string[] {
  const lines: string[] = [];
  if (op.platform !== undefined) lines.push(`platform ${platformText(op.platform)}`);
  for (const filter of op.workerConstraints ?? []) lines.push(`worker ${printable(filter)}`);
  const metadata = definition.metadata.get(digest) ?? {};
  for (const [key, value] of metadata.description ?? []) lines.push(`${printable(key)}: ${printable(value)}`);
  if (metadata.ignoreCache) lines.push("ignores the cache");
  if (metadata.exportCache !== undefined)
    lines.push(metadata.exportCache ? "exports its cache" : "never exports its cache");
  const group = metadata.progressGroup;
  if (group !== undefined)
    lines.push(`progress group ${printable(group.id)}${group.weak ? " (weak)" : ""}: ${printable(group.name)}`);
  for (const [key, value] of Object.entries(metadata.linuxResources ?? {})) {
    if (value !== undefined) lines.push(`${key} ${printable(String(value))}`);
  }
  const caps = [...(metadata.caps ?? [])];
  if (caps.length > 0) lines.push(`needs ${caps.map(printable).join(", ")}`);
  return [...lines, ...placesText(definition, digest)];
}

function placesText({ source }: UnmarshalledDefinition, digest: string): string[] {
  return (source?.locations.get(digest) ?? []).map(({ sourceIndex, ranges }) => {
    const filename = source?.infos[sourceIndex]?.filename ?? "";
    return `from ${printable(filename)}${ranges.length === 0 ? "" : `:${ranges.map(linesText).join(",")}`}`;
  });
}

function linesText({ start, end }: { readonly start: { line: number }; readonly end: { line: number } }): string {
  return start.line === end.line ? String(start.line) : `${start.line}-${end.line}`;
}

function platformText({ os, architecture, variant, osVersion }: Platform): string {
  const parts = [osVersion === undefined ? os : `${os}(${osVersion})`, architecture, ...(variant ? [variant] : [])];
  return printable(parts.join("/"));
}

/** A node for each op, an arrow from each input to its user. */
function dumpDot(definition: UnmarshalledDefinition): string {
  const nodes = definition.ops.map((op, position) => {
    const digest = definition.digests[position] ?? "";
    return `  ${dotText(digest)} [label=${dotText(labelOf(definition, op, digest))} shape=${shapeOf(op)}];\n`;
  });
  const arrows = definition.ops.flatMap((op, position) =>
    op.inputs.map(({ digest, output }) => {
      const label = output === 0 ? "" : ` [label=${dotText(String(output))}]`;
      return `  ${dotText(digest)} -> ${dotText(definition.digests[position] ?? "")}${label};\n`;
    }),
  );
  return `digraph {\n  rankdir=LR;\n${nodes.join("")}${arrows.join("")}}\n`;
}

function labelOf(definition: UnmarshalledDefinition, op: Op, digest: string): string {
  const name = definition.metadata.get(digest)?.description?.get("llb.customname");
  return name ?? opText(op, () => "")[0]?.trim() ?? op.kind;
}

function shapeOf(op: Op): string {
  if (op.kind === "head") return "doublecircle";
  return op.kind === "source" ? "ellipse" : "box";
}

/** A quoted id of the dot language, where only the quote and the backslash have a meaning. */
function dotText(text: string): string {
  return `"${printable(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
