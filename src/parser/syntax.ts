import { isSpace, trimSpace } from "../trim-space.ts";
import { decodeUtf8, encodeUtf8, isWellFormed } from "../utf8.ts";
import type { Heredoc, SyntaxNode } from "./ast.ts";
import { type DirectiveName, matchDirective } from "./directives.ts";
import type { ParseError } from "./dockerfile.ts";
import { heredocsOf } from "./heredoc.ts";
import { LineReader, longestLine } from "./lines.ts";
import type { Problem } from "./problem.ts";
import { linesFrom } from "./source-lines.ts";
import { readNode } from "./syntax-node.ts";

/** What the line rules make of a Dockerfile. */
export interface Syntax {
  readonly nodes: readonly SyntaxNode[];
  readonly escape: "\\" | "`";
  /** For each instruction with blank lines among its continuations: its last line. */
  readonly emptyContinuations: readonly number[];
  /** BuildKit's own error first; the rest in the order of the text. */
  readonly errors: readonly ParseError[];
}

/** Reads lines, continuations, comments, directives and heredocs; goes on after an error. */
export function readSyntax(text: string): Syntax {
  return new SyntaxReader(text).read();
}

class SyntaxReader {
  readonly #lines: LineReader;
  readonly #text: string;
  readonly #nodes: SyntaxNode[] = [];
  readonly #emptyContinuations: number[] = [];
  readonly #errors: ParseError[] = [];
  readonly #directives = new Set<DirectiveName>();
  #inDirectives = true;
  #escape: "\\" | "`" = "\\";
  #comments: string[] = [];
  /** A heredoc without an end has swallowed the rest. */
  #lost = false;

  constructor(text: string) {
    this.#text = text;
    this.#lines = new LineReader(text);
  }

  read(): Syntax {
    do {
      while (!this.#lost && this.#lines.advance()) this.#readLine();
    } while (!this.#lost && this.#passLongLine());
    if (this.#nodes.length === 0 && this.#errors.length === 0) this.#addNoInstructions();
    return {
      nodes: this.#nodes,
      escape: this.#escape,
      emptyContinuations: this.#emptyContinuations,
      errors: this.#errors,
    };
  }

  /** One line outside of continuations and heredocs, and all that follows from it. */
  #readLine(): void {
    const { start } = this.#lines;
    const end = this.#trimmedEnd();
    const first = this.#skipSpace(start, end);
    if (this.#text.charCodeAt(first) === hash && first < end) this.#addComment();
    if (this.#inDirectives && this.#readDirective(this.#text.slice(first, end))) return;
    if (first < end && this.#text.charCodeAt(first) !== hash) this.#readInstruction(first, end);
  }

  #addComment(): void {
    const { start, end } = this.#lines;
    // The first byte of the line goes, which is the hash only where nothing stands before it.
    const isAscii = this.#text.charCodeAt(start) < 0x80;
    const rest = isAscii ? this.#text.slice(start + 1, end) : withoutFirstByte(this.#text.slice(start, end));
    const comment = trimSpace(rest);
    if (comment === "") this.#comments = [];
    else this.#comments.push(comment);
  }

  #readDirective(line: string): boolean {
    const directive = matchDirective(line, "#");
    if (directive === undefined) {
      this.#inDirectives = false;
      return false;
    }
    this.#comments.pop();
    const { name, text } = directive;
    if (this.#directives.has(name)) {
      this.#addDirectiveError("directive-repeated", `the ${name} directive may stand only once`, line);
    } else if (name === "escape" && text !== "\\" && text !== "`") {
      const message = `the escape character may be \\ or \`, not ${text}`;
      this.#addDirectiveError("directive-escape", message, text);
    } else if (name === "escape") this.#escape = text === "`" ? "`" : "\\";
    this.#directives.add(name);
    return true;
  }

  /** BuildKit reports these one line too early. */
  #addDirectiveError(rule: string, message: string, token: string): void {
    const { count } = this.#lines;
    this.#errors.push({ rule, message, lines: [count - 1], at: [count], token, stage: "lines" });
  }

  #readInstruction(first: number, end: number): void {
    const start = this.#lines.count;
    const comments = this.#comments;
    this.#comments = [];
    const line = this.#joinContinuations(first, end);
    const last = this.#lines.count;
    const node = readNode(line, this.#escape.charCodeAt(0));
    if ("kind" in node) {
      this.#addProblem(node, start, last);
      return;
    }
    const heredocs = this.#readHeredocs(node, line, start);
    if (heredocs === undefined) return;
    node.start = start;
    node.end = this.#lines.count;
    node.comments = comments;
    node.heredocs = heredocs;
    this.#nodes.push(node);
  }

  /** The instruction that begins at `first` as one line. Comments and blank lines between continuations are dropped. */
  #joinContinuations(first: number, end: number): string {
    let cut = this.#continuationAt(first, end);
    if (cut < 0) return this.#text.slice(first, end);
    const parts = [this.#text.slice(first, cut)];
    let hasBlank = false;
    while (cut >= 0 && this.#lines.advance()) {
      const { start } = this.#lines;
      const lineEnd = this.#trimmedEnd();
      const content = this.#skipSpace(start, lineEnd);
      if (content === lineEnd) {
        hasBlank = true;
        continue;
      }
      if (this.#text.charCodeAt(content) === hash) continue;
      cut = this.#continuationAt(start, lineEnd);
      parts.push(this.#text.slice(start, cut < 0 ? lineEnd : cut));
    }
    if (hasBlank) this.#emptyContinuations.push(this.#lines.count);
    const joined = parts.join("");
    // A character may be split over two lines: only together its bytes are valid.
    return isWellFormed(joined) ? joined : decodeUtf8(encodeUtf8(joined));
  }

  /** Where the escape character that continues the line stands, or -1: the last thing but blanks, and not doubled. */
  #continuationAt(start: number, end: number): number {
    let at = end - 1;
    while (at >= start && isBlank(this.#text.charCodeAt(at))) at--;
    if (at < start || this.#text[at] !== this.#escape) return -1;
    return at > start && this.#text[at - 1] === this.#escape ? -1 : at;
  }

  /** The heredocs that a line announces with the contents below it; undefined after an error. */
  #readHeredocs(node: SyntaxNode, line: string, start: number): readonly Heredoc[] | undefined {
    if (!line.includes("<<") || !takesHeredocs(node)) return node.heredocs;
    const last = this.#lines.count;
    const announced = heredocsOf(line);
    if ("kind" in announced) {
      this.#addProblem(announced, start, last);
      return undefined;
    }
    const heredocs: Heredoc[] = [];
    for (const word of announced) {
      const content = this.#readContent(word.name, word.chomp);
      if (content === undefined) {
        const message = `the heredoc <<${word.name} has no end: put ${word.name} alone on a line below it`;
        const { count } = this.#lines;
        this.#errors.push({
          rule: "heredoc-unterminated",
          message,
          lines: linesFrom(start, count),
          at: linesFrom(start, last),
          token: word.name,
          stage: "lines",
        });
        this.#lost = true;
        return undefined;
      }
      heredocs.push(Object.assign(word, { content }));
    }
    return heredocs;
  }

  /** The raw text up to the line that is the delimiter, or undefined if there is none. */
  #readContent(delimiter: string, chomp: boolean): string | undefined {
    let begin = -1;
    while (this.#lines.advance()) {
      let { start } = this.#lines;
      if (begin < 0) begin = start;
      const end = this.#trimmedEnd();
      if (chomp) while (start < end && this.#text.charCodeAt(start) === tab) start++;
      if (end - start === delimiter.length && this.#text.startsWith(delimiter, start)) {
        return this.#text.slice(begin, this.#lines.start);
      }
    }
    return undefined;
  }

  #addProblem({ rule, message, token }: Problem, start: number, end: number): void {
    this.#errors.push({
      rule,
      message,
      lines: linesFrom(start, end),
      ...(token === undefined ? {} : { token }),
      stage: "lines",
    });
  }

  #passLongLine(): boolean {
    if (!this.#lines.tooLong) return false;
    const { count } = this.#lines;
    const message = `a line may have ${longestLine} bytes at most; break it with a continuation`;
    this.#errors.push({ rule: "line-too-long", message, lines: [count], at: [count + 1], stage: "lines" });
    this.#lines.skipLongLine();
    return true;
  }

  #addNoInstructions(): void {
    const message = "there are no instructions here; a Dockerfile begins with FROM";
    this.#errors.push({ rule: "no-instructions", message, lines: [this.#lines.count], stage: "lines" });
  }

  /** The end of the current line without trailing carriage returns. */
  #trimmedEnd(): number {
    let { end } = this.#lines;
    while (end > this.#lines.start && this.#text.charCodeAt(end - 1) === carriageReturn) end--;
    return end;
  }

  #skipSpace(start: number, end: number): number {
    let at = start;
    while (at < end && isSpace(this.#text.charCodeAt(at))) at++;
    return at;
  }
}

const hash = 0x23;
const tab = 0x09;
const carriageReturn = 0x0d;

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === tab;
}

function withoutFirstByte(text: string): string {
  return decodeUtf8(encodeUtf8(text).subarray(1));
}

/** Only RUN, COPY and ADD, not in JSON form, and ONBUILD of these. */
function takesHeredocs(node: SyntaxNode): boolean {
  const { keyword, json } = node.trigger ?? node;
  return !json && (keyword === "run" || keyword === "copy" || keyword === "add");
}
