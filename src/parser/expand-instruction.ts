import type { ExpandError } from "./expand.ts";
import type { AddInstruction, CopyInstruction, Instruction } from "./instruction.ts";

/** Expands one word; may be a closure that also notes unset variables. */
export type WordExpander = (word: string) => string | ExpandError;

/**
 * The instruction with its words expanded, one word after the other in BuildKit's order: a new instruction, or the
 * same one where its kind has nothing to expand. EXPOSE, CMD, ENTRYPOINT, HEALTHCHECK, SHELL, ONBUILD and MAINTAINER
 * are not expanded here; of RUN only the mounts are, which makes `mounts` complete.
 */
export declare function expandInstruction<T extends Instruction>(
  instruction: T,
  expander: WordExpander,
): T | ExpandError;

/** The contents of the heredocs that are to be expanded: give it an expander with `skipProcessQuotes` and a backslash. */
export declare function expandContents<T extends AddInstruction | CopyInstruction>(
  instruction: T,
  expander: WordExpander,
): T | ExpandError;
