/** How the shell lexer treats a word; each is off when absent. */
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
  /** Shared by expansions that together must not make too much. */
  readonly budget?: TextBudget;
}

/**
 * How much text values of variables may still bring in, in UTF-16 units: a line `ENV A=$A$A` doubles what the lines
 * before it made, and a few dozen of them would fill any memory.
 */
export interface TextBudget {
  left: number;
}

/** What a single expansion may take from variables, in UTF-16 units: more than any worker accepts in one definition. */
export const longestExpansion = 4 * 1024 * 1024;
