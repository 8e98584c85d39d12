import type { SyntaxNode } from "./ast.ts";
import type { ArgInstruction, Instruction, Stage } from "./instruction.ts";

/** A parser directive at the top of a Dockerfile, or the looser syntax line. */
export interface Directive {
  /** Up to the first space. */
  readonly value: string;
  /** The whole right-hand side. */
  readonly text: string;
  /** The line, from 1; a syntax line in JSON form has 0 (or 1 after a `#!` line), as BuildKit counts. */
  readonly lines: readonly number[];
}

/** The parser directives above the first instruction: `# syntax=`, `# escape=`, `# check=`. */
export interface Directives {
  readonly syntax?: Directive;
  readonly escape?: Directive;
  readonly check?: Directive;
}

/** The lint rules that parsing itself can find violated. */
export type ParserRule =
  | "NoEmptyContinuation"
  | "MaintainerDeprecated"
  | "StageNameCasing"
  | "FromAsCasing"
  | "InvalidDefinitionDescription";

/** A lint finding made while parsing; whether it is reported is the linter's decision. */
export interface Finding {
  readonly rule: ParserRule;
  /** What the rule's message is made of, in the order of BuildKit's format. */
  readonly args: readonly string[];
  readonly lines: readonly number[];
  /** The comments whose `check=` applies; undefined for none. */
  readonly comments?: readonly string[];
}

/** Something that makes a Dockerfile invalid, found without knowing any option of the build. */
export interface ParseError {
  /** A kebab-case name for the kind of error. */
  readonly rule: string;
  readonly message: string;
  /** The lines that BuildKit reports, from 1; a bad directive is reported one too early, so a 0 may occur. */
  readonly lines: readonly number[];
  /** Where it really is, if `lines` is off. */
  readonly at?: readonly number[];
  /** The text to point at within the lines, as written. */
  readonly token?: string;
  /** Which of BuildKit's passes finds it: all of the first come before any of the second. */
  readonly stage: "lines" | "instructions";
}

/** A Dockerfile, read whole. With any `errors` it does not build; the rest then holds what could be understood. */
export interface ParsedDockerfile {
  readonly directives: Directives;
  /** The escape character that lines and words were read with. */
  readonly escape: "\\" | "`";
  /** The syntax line found by the looser search: in `#` or `//` comments after an optional `#!` line, or in JSON. */
  readonly detectedSyntax?: Directive;
  /** The ARG instructions before the first FROM. */
  readonly metaArgs: readonly ArgInstruction[];
  readonly stages: readonly Stage[];
  /** In the order in which BuildKit's linter meets them; those after BuildKit's first error are not among them. */
  readonly findings: readonly Finding[];
  /** BuildKit's own error first, then every further one by line. */
  readonly errors: readonly ParseError[];
  readonly ast: readonly SyntaxNode[];
}

/** What `parseTrigger` makes of the text of an ONBUILD. */
export type ParsedTrigger =
  | { readonly ok: true; readonly instruction: Instruction }
  | { readonly ok: false; readonly error: ParseError };
