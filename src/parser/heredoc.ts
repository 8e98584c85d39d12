import type { Heredoc } from "./ast.ts";
import { emptyEnv } from "./env.ts";
import { expandWords } from "./expand.ts";
import { type Problem, problem } from "./problem.ts";

/** A heredoc as a word announces it, before its content is read. */
export type HeredocWord = Omit<Heredoc, "content">;

/**
 * The heredocs that a joined line announces, in order. The line is always read with the backslash as escape; a line
 * that the shell lexer refuses has none.
 */
export function heredocsOf(line: string): readonly HeredocWord[] | Problem {
  const words = expandWords(line, emptyEnv, { rawQuotes: true, rawEscapes: true, skipUnsetEnv: true });
  if ("error" in words) return [];
  const heredocs: HeredocWord[] = [];
  for (const word of words) {
    const heredoc = heredocOf(word);
    if (heredoc === undefined) continue;
    if ("kind" in heredoc) return heredoc;
    heredocs.push(heredoc);
  }
  return heredocs;
}

/** The heredoc that a word is: digits, `<<`, an optional dash, and one word. Undefined if it is none. */
export function heredocOf(word: string): HeredocWord | Problem | undefined {
  if (!word.includes("<<")) return undefined;
  const match = heredocShape.exec(word);
  const delimiter = match?.[3];
  if (match === null || delimiter === undefined || delimiter === "") return undefined;
  const plain = expandWords(delimiter, emptyEnv, { skipUnsetEnv: true });
  if ("error" in plain) return badDelimiter(word, plain.error);
  const [name] = plain;
  if (name === undefined || plain.length !== 1) return undefined;
  const raw = expandWords(delimiter, emptyEnv, { skipUnsetEnv: true, rawQuotes: true });
  if ("error" in raw) return badDelimiter(word, raw.error);
  const [rawName] = raw;
  if (rawName === undefined || raw.length !== 1) return badDelimiter(word, "its quotes hide where it ends");
  return {
    name,
    fileDescriptor: Number(match[1]),
    expand: countQuotes(name) === countQuotes(rawName),
    chomp: match[2] === "-",
  };
}

/** The content of a `<<-` heredoc without the tabs that lead its lines. */
export function chompTabs(content: string): string {
  return content.replace(/(^|\n)\t+/g, "$1");
}

// White space is that of Go's regular expressions: without the vertical tab.
const heredocShape = /^([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)$/;

function countQuotes(text: string): number {
  let count = 0;
  for (const character of text) if (character === "'" || character === '"') count++;
  return count;
}

function badDelimiter(word: string, reason: string): Problem {
  return problem("heredoc-delimiter", `the heredoc delimiter in ${word} cannot be read: ${reason}`, word);
}
