import type { ParsedDockerfile, ParsedTrigger } from "./dockerfile.ts";

export type * from "./ast.ts";
export type * from "./dockerfile.ts";
export { type Env, emptyEnv, envOf, envOfPairs } from "./env.ts";
export { type ExpandError, type ExpandedWord, type ExpandOptions, expandWord, expandWords } from "./expand.ts";
export { expandContents, expandInstruction, type WordExpander } from "./expand-instruction.ts";
export type * from "./instruction.ts";
export { parseMounts } from "./mount.ts";

/** Reads a Dockerfile, whole. Never throws: what is wrong is in `errors`. Bytes that are not UTF-8 are kept as lone
 * low surrogates (U+DC80 to U+DCFF, one per byte), see `src/utf8.ts`. */
export declare function parseDockerfile(source: Uint8Array): ParsedDockerfile;

/** Reads the text of an ONBUILD: a Dockerfile of one instruction, always with the backslash as escape. */
export declare function parseTrigger(expression: string): ParsedTrigger;
