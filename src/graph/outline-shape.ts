import { tabTable } from "../tab-table.ts";
import { compareUtf8, toWellFormed } from "../utf8.ts";
import { type InspectionLocation, indentedJson, inspectionLocation, optionalText } from "./inspection-json.ts";
import type { OutlineArgument, OutlineNeed, StageOutline } from "./outline-stage.ts";

/** What a target can be given: the answer of BuildKit's `frontend.outline`, field by field as its JSON has it. */
export interface Outline {
  readonly name?: string;
  readonly description?: string;
  readonly args?: readonly OutlineArg[];
  readonly secrets?: readonly OutlineSecret[];
  readonly ssh?: readonly OutlineSsh[];
  /** The Dockerfile, base64. */
  readonly sources: readonly string[];
}

/** A build argument that the target knows: its default as expanded, and the comment above it. */
export interface OutlineArg {
  readonly name: string;
  readonly description?: string;
  readonly value?: string;
  readonly location: InspectionLocation;
}

/** A secret that a RUN of the target mounts; `required` where the build fails without it. */
export interface OutlineSecret {
  readonly name: string;
  readonly required?: true;
  readonly location: InspectionLocation;
}

/** An ssh agent that a RUN of the target mounts. */
export type OutlineSsh = OutlineSecret;

/**
 * The outline of a target: what it and the stages that it is built from take. A name counts where it is met first:
 * the target itself, then its base, then the stages it copies from. Listed by line, then by name.
 */
export function outlineShape(target: StageOutline, source: Uint8Array): Outline {
  const args = new Map<string, OutlineArgument>();
  const secrets = new Map<string, OutlineNeed>();
  const ssh = new Map<string, OutlineNeed>();
  for (const stage of stagesFrom(target)) {
    addMissing(
      args,
      stage.arguments().map((argument) => [argument.name, argument] as const),
    );
    addMissing(secrets, stage.secrets);
    addMissing(ssh, stage.ssh);
  }
  return {
    ...optionalText("name", target.name),
    ...optionalText("description", target.description),
    ...optionalList(
      "args",
      inOrder(args).map(([, argument]) => argumentShape(argument)),
    ),
    ...optionalList("secrets", inOrder(secrets).map(needShape)),
    ...optionalList("ssh", inOrder(ssh).map(needShape)),
    sources: [Buffer.from(source).toString("base64")],
  };
}

/** The text of an outline for terminals, as `docker build --call=outline` prints it. */
export function outlineText(outline: Outline): string {
  const parts: string[] = [];
  if (outline.name !== undefined || outline.description !== undefined) {
    const rows = [["TARGET:", outline.name ?? "(default)"]];
    if (outline.description !== undefined) rows.push(["DESCRIPTION:", outline.description]);
    parts.push(tabTable(rows, 1));
  }
  if (outline.args !== undefined) {
    const rows = outline.args.map((arg) => [arg.name, arg.value ?? "", arg.description ?? ""]);
    parts.push(tabTable([["BUILD ARG", "VALUE", "DESCRIPTION"], ...rows], 3));
  }
  if (outline.secrets !== undefined) parts.push(needsTable("SECRET", outline.secrets));
  if (outline.ssh !== undefined) parts.push(needsTable("SSH", outline.ssh));
  return parts.map((part) => `${part}\n`).join("");
}

/** The outline in the very text of BuildKit's JSON. */
export function outlineJson(outline: Outline): string {
  return indentedJson(outline);
}

/** A stage, its base and its dependencies, depth first, each once: a second visit would find all its names taken. */
function* stagesFrom(target: StageOutline): Generator<StageOutline> {
  const seen = new Set<StageOutline>();
  const waiting = [target];
  for (let stage = waiting.pop(); stage !== undefined; stage = waiting.pop()) {
    if (seen.has(stage)) continue;
    seen.add(stage);
    yield stage;
    for (const dependency of stage.dependencies.toReversed()) waiting.push(dependency);
    if (stage.base !== undefined) waiting.push(stage.base);
  }
}

function addMissing<T>(found: Map<string, T>, entries: Iterable<readonly [string, T]>): void {
  for (const [name, value] of entries) if (!found.has(name)) found.set(name, value);
}

function inOrder<T extends { readonly lines: readonly number[] }>(
  found: ReadonlyMap<string, T>,
): readonly (readonly [string, T])[] {
  return [...found].sort(
    ([nameA, a], [nameB, b]) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0) || compareUtf8(nameA, nameB),
  );
}

function argumentShape(argument: OutlineArgument): OutlineArg {
  return {
    name: toWellFormed(argument.name),
    ...optionalText("description", argument.description),
    ...optionalText("value", argument.value),
    location: inspectionLocation(argument.lines),
  };
}

function needShape([name, need]: readonly [string, OutlineNeed]): OutlineSecret {
  return {
    name: toWellFormed(name),
    ...(need.required ? { required: true } : {}),
    location: inspectionLocation(need.lines),
  };
}

function needsTable(title: string, needs: readonly OutlineSecret[]): string {
  return tabTable([[title, "REQUIRED"], ...needs.map((need) => [need.name, need.required === true ? "true" : ""])], 3);
}

function optionalList<K extends string, T>(key: K, list: readonly T[]): Partial<Record<K, readonly T[]>> {
  const fields: Partial<Record<K, readonly T[]>> = {};
  if (list.length > 0) fields[key] = list;
  return fields;
}
