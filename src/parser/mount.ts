import type { ExpandError } from "./expand.ts";
import type { WordExpander } from "./expand-instruction.ts";
import type { Mount } from "./instruction.ts";

/**
 * The mounts of a RUN from the values of its `--mount` flags, or the first thing wrong with them. Without an expander
 * only the CSV form and `from` are read, for the other values may hold variables.
 */
export declare function parseMounts(flags: readonly string[], expander?: WordExpander): readonly Mount[] | ExpandError;
