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
}
