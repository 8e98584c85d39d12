import type { Env } from "./env.ts";

export interface ExpandOptions {
  /** The escape character; backslash when absent. */
  readonly escape?: "\\" | "`";
  /** Keep quotes in the result. */
  readonly rawQuotes?: boolean;
  /** Keep escape characters in the result. */
  readonly rawEscapes?: boolean;
  /** Treat quotes as any other character. */
  readonly skipProcessQuotes?: boolean;
  /** Leave variables that are not set as they are written. */
  readonly skipUnsetEnv?: boolean;
}

/** An expanded word with the names of the variables that were set and that were not, in the order of first use. */
export interface ExpandedWord {
  readonly result: string;
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
}

/** Why a word cannot be expanded (or a mount not be read). `error` is one sentence. */
export interface ExpandError {
  readonly error: string;
}

/** Expands the variables of one word and removes its quotes and escapes, as BuildKit's shell lexer does. */
export declare function expandWord(word: string, env: Env, options?: ExpandOptions): ExpandedWord | ExpandError;

/** As `expandWord`, then split at white space that was neither quoted nor escaped. */
export declare function expandWords(word: string, env: Env, options?: ExpandOptions): readonly string[] | ExpandError;
