/** Why a word cannot be expanded (or a mount not be read). `error` is one sentence. */
export interface ExpandError {
  readonly error: string;
  /** The variables of the word that were met before the error and are not set; absent for none. */
  readonly unmatched?: ReadonlySet<string>;
}

/** Expands one word; may be a closure that also notes unset variables. */
export type WordExpander = (word: string) => string | ExpandError;
