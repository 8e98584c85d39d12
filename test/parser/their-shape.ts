import type { ArgInstruction, Instruction, SyntaxNode } from "../../src/parser/index.ts";
import { toWellFormed } from "../../src/utf8.ts";

/** Our data in the shape of the conformance set's expected answers. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where "not given" differs from empty, as the README of the set says; `start` and `end` are for all nodes. */
const pointers = new Set(["value", "unpack", "keepGitDir", "env", "mode", "uid", "gid"]);

/** Without what is empty, so that null and an empty list are the same. Bytes that are not UTF-8 show as U+FFFD. */
export function withoutEmpty(value: unknown): Json {
  if (typeof value === "string") return toWellFormed(value);
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutEmpty(inner)] as const);
  return Object.fromEntries(entries.filter(([key, inner]) => inner !== null && (pointers.has(key) || !isEmpty(inner))));
}

function isEmpty(value: Json): boolean {
  return value === 0 || value === "" || value === false || (Array.isArray(value) && value.length === 0);
}

export function astInTheirShape(nodes: readonly SyntaxNode[]): Json {
  const children = nodes.map(nodeInTheirShape);
  return withoutEmpty({ children, start: nodes[0]?.start, end: nodes.at(-1)?.end, value: "" });
}

function nodeInTheirShape(node: SyntaxNode): Json {
  const { value, original, start, end, flags, heredocs, comments, json, trigger } = node;
  const next =
    trigger === undefined
      ? node.args.map((arg) => ({ value: arg }))
      : [{ value: "", children: [nodeInTheirShape(trigger)] }];
  const attributes = json ? { json: true } : null;
  return withoutEmpty({ value, original, start, end, flags, heredocs, prevComment: comments, attributes, next });
}

export function metaArgInTheirShape({ name, lines, comments, code, args }: ArgInstruction): Json {
  return withoutEmpty({ type: "arg", name, lines, comments, code, fields: { args } });
}

/** `expanded` is the instruction with every variable standing for itself, undefined if that fails. */
export function commandInTheirShape(command: Instruction, expanded: Instruction | undefined): Json {
  const { kind, name, lines, comments, code, ...fields } = command;
  const common = { type: kind, name, lines, comments, code };
  if (command.kind !== "run") return withoutEmpty({ ...common, fields });
  const { cmdLine, files, prependShell, flagsUsed, network, security } = command;
  const mounts = expanded?.kind === "run" ? expanded.mounts : undefined;
  const expandError = expanded === undefined;
  return withoutEmpty({
    ...common,
    fields: { cmdLine, files, prependShell, flagsUsed: [...flagsUsed].sort() },
    mounts,
    expandError,
    network,
    security,
  });
}
