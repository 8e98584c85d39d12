export type * from "./ast.ts";
export type * from "./dockerfile.ts";
export { type Env, emptyEnv, envOf, envOfPairs } from "./env.ts";
export { type ExpandError, type ExpandedWord, type ExpandOptions, expandWord, expandWords } from "./expand.ts";
export { expandContents, expandInstruction, type WordExpander } from "./expand-instruction.ts";
export type * from "./instruction.ts";
export { parseMounts } from "./mount.ts";

export { parseDockerfile, parseTrigger } from "./parse-dockerfile.ts";
