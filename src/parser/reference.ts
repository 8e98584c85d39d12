import type { ExpandError } from "./expand-error.ts";
import { replace, trimPrefix, trimSuffix } from "./substitute.ts";

/** A variable in braces with a modifier, whose word is still to come. */
export type Reference = DefaultReference | TrimReference | ReplaceReference;

/** `${X:-word}` and its like. */
export interface DefaultReference {
  readonly kind: "default";
  readonly name: string;
  readonly operator: string;
  readonly nullIsUnset: boolean;
}

/** `${X#word}` or `${X%word}`; a doubled operator comes as the first character of the word. */
export interface TrimReference {
  readonly kind: "trim";
  readonly name: string;
  readonly operator: "#" | "%";
}

/** `${X/pattern/word}`; the pattern is filled in when it is read. */
export interface ReplaceReference {
  readonly kind: "replace";
  readonly name: string;
  readonly all: boolean;
  pattern: string | undefined;
}

/** What a reference stands for; `value` is that of its variable, undefined if it is not set. */
export function resolveReference(reference: Reference, value: string | undefined, word: string): string | ExpandError {
  switch (reference.kind) {
    case "default":
      return withDefault(reference, value, word);
    case "trim": {
      const greedy = word.startsWith(reference.operator);
      const trim = reference.operator === "#" ? trimPrefix : trimSuffix;
      return trim(value ?? "", greedy ? word.slice(1) : word, greedy);
    }
    case "replace":
      return replace(value ?? "", reference.pattern ?? "", word, reference.all);
  }
}

/** The reference as it was written, its word expanded: what is left where unset variables are to stay. */
export function writtenReference(reference: Reference, word: string): string {
  switch (reference.kind) {
    case "default":
      return `\${${reference.name}${reference.nullIsUnset ? ":" : ""}${reference.operator}${word}}`;
    case "trim":
      return `\${${reference.name}${reference.operator}${word}}`;
    case "replace":
      // With one slash even where two were written, as BuildKit has it.
      return `\${${reference.name}/${reference.pattern ?? ""}/${word}}`;
  }
}

export function unsupportedModifier(name: string, operator: string): string {
  return `"\${${name}${operator}" is not supported; the modifiers are :- :+ :? - + ? # ## % %% / //`;
}

function withDefault(reference: DefaultReference, value: string | undefined, word: string): string | ExpandError {
  const { name, operator, nullIsUnset } = reference;
  const missing = value === undefined || (nullIsUnset && value === "");
  switch (operator) {
    case "-":
      return missing ? word : value;
    case "+":
      return missing ? "" : word;
    case "?":
      if (!missing) return value;
      if (word !== "") return { error: `${name}: ${word}` };
      return { error: `${name}: it must ${value === undefined ? "be set" : "not be empty"}` };
    default:
      return { error: unsupportedModifier(name, `:${operator}`) };
  }
}
