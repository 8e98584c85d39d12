import { isSpace } from "../trim-space.ts";
import type { Env } from "./env.ts";
import type { ExpandError } from "./expand-error.ts";
import { type ExpandOptions, longestExpansion } from "./expand-options.ts";
import { type Reference, resolveReference, unsupportedModifier, writtenReference } from "./reference.ts";
import { nameEnd } from "./variable-name.ts";

/**
 * One run of the shell lexer over a word. It keeps its own stack: what is nested in a word can be as deep as the word
 * is long, which the call stack is not.
 */
export class Expansion {
  readonly words: string[] = [];
  matched: Set<string> | undefined;
  unmatched: Set<string> | undefined;

  readonly #source: string;
  readonly #env: Env;
  readonly #options: ExpandOptions;
  readonly #escape: string;
  readonly #splits: boolean;
  readonly #stack: Frame[] = [];
  #at = 0;
  #rawEscapes: boolean;
  /** How much text values have brought in. */
  #taken = 0;
  /** The word being collected for `words`. */
  #word = "";
  #error: string | undefined;

  constructor(source: string, env: Env, options: ExpandOptions, splits: boolean) {
    this.#source = source;
    this.#env = env;
    this.#options = options;
    this.#escape = options.escape ?? "\\";
    this.#rawEscapes = options.rawEscapes === true;
    this.#splits = splits;
  }

  run(): string | ExpandError {
    this.#stack.push({ kind: "word", stop: "", out: "", outerRawEscapes: this.#rawEscapes });
    for (;;) {
      const frame = this.#stack.at(-1);
      if (frame === undefined) throw new Error("the outermost frame ends the expansion");
      const value =
        frame.kind === "quote" ? this.#quoteStep(frame) : frame.kind === "word" ? this.#wordStep(frame) : undefined;
      if (this.#error !== undefined) return { error: this.#error };
      if (value === undefined) continue;
      this.#stack.pop();
      if (this.#stack.length === 0) {
        this.#flushWord();
        return value;
      }
      this.#deliver(frame, value);
      if (this.#error !== undefined) return { error: this.#error };
    }
  }

  /** Reads on in a word until something is nested (undefined) or it is at its end (its value). */
  #wordStep(frame: WordFrame): string | undefined {
    const source = this.#source;
    const quotes = this.#options.skipProcessQuotes !== true;
    while (this.#at < source.length) {
      const character = source[this.#at];
      if (character === frame.stop) {
        this.#at++;
        return this.#endWord(frame);
      }
      if (character === "$") {
        const value = this.#dollar();
        if (value === undefined) return undefined;
        frame.out += value;
        this.#addSplit(value);
      } else if (character === "<") {
        const text = this.#arrows();
        frame.out += text;
        this.#addWhole(text);
      } else if (character === "'" && quotes) {
        const text = this.#singleQuoted();
        if (text === undefined) return undefined;
        frame.out += text;
        this.#addWhole(text);
      } else if (character === '"' && quotes) {
        this.#at++;
        this.#stack.push({ kind: "quote", out: this.#options.rawQuotes === true ? '"' : "" });
        return undefined;
      } else if (character === this.#escape) {
        const text = this.#escaped();
        frame.out += text;
        this.#addWhole(text);
      } else {
        const text = this.#plain(frame.stop);
        frame.out += text;
        this.#addSplit(text);
      }
    }
    if (frame.stop === "") return this.#endWord(frame);
    this.#error = frame.stop === "/" ? 'a "/" is missing in a "${...}"' : 'the "}" of a "${...}" is missing';
    return undefined;
  }

  /** Reads on between double quotes. */
  #quoteStep(frame: QuoteFrame): string | undefined {
    const source = this.#source;
    while (this.#at < source.length) {
      const character = source[this.#at];
      if (character === '"') {
        this.#at++;
        return this.#options.rawQuotes === true ? `${frame.out}"` : frame.out;
      }
      if (character === "$") {
        const value = this.#dollar();
        if (value === undefined) return undefined;
        frame.out += value;
      } else if (character === this.#escape) {
        const next = source[this.#at + 1];
        if (this.#rawEscapes) frame.out += this.#escape;
        // In front of anything else the escape is itself: with raw escapes it then stands twice, as in BuildKit.
        const takesNext = next === '"' || next === "$" || next === this.#escape;
        if (takesNext) frame.out += next;
        else if (next !== undefined) frame.out += this.#escape;
        this.#at += takesNext ? 2 : 1;
      } else {
        const start = this.#at++;
        while (this.#at < source.length && !this.#isSpecialInQuotes(source[this.#at])) this.#at++;
        frame.out += source.slice(start, this.#at);
      }
    }
    this.#error = "a double quote is not closed";
    return undefined;
  }

  #isSpecialInQuotes(character: string | undefined): boolean {
    return character === '"' || character === "$" || character === this.#escape;
  }

  /** From a dollar: the value of a simple reference, or undefined if a word is nested now, or on an error. */
  #dollar(): string | undefined {
    const source = this.#source;
    const start = this.#at + 1;
    if (source[start] !== "{") {
      this.#at = nameEnd(source, start);
      const name = source.slice(start, this.#at);
      if (name === "") return "$";
      const value = this.#lookUp(name);
      return value === undefined && this.#options.skipUnsetEnv === true ? `$${name}` : (value ?? "");
    }
    const first = source[start + 1];
    if (first === undefined) return this.#fail('the "}" of a "${...}" is missing');
    if (first === "{" || first === "}" || first === ":") return this.#fail(`"\${${first}" has no variable name`);
    this.#at = nameEnd(source, start + 1);
    return this.#braced(source.slice(start + 1, this.#at));
  }

  /** From behind the name in braces. */
  #braced(name: string): string | undefined {
    const source = this.#source;
    const operator = this.#nextCharacter();
    switch (operator) {
      case "}": {
        const value = this.#lookUp(name);
        return value === undefined && this.#options.skipUnsetEnv === true ? `\${${name}}` : (value ?? "");
      }
      case ":": {
        const second = this.#nextCharacter();
        if (second === "#" || second === "%") return this.#fail(unsupportedModifier(name, `:${second}`));
        return this.#nest({ kind: "default", name, operator: second, nullIsUnset: true }, "}", false);
      }
      case "+":
      case "-":
      case "?":
        return this.#nest({ kind: "default", name, operator, nullIsUnset: false }, "}", false);
      case "#":
      case "%":
        return this.#nest({ kind: "trim", name, operator }, "}", true);
      case "/": {
        const all = source[this.#at] === "/";
        if (all) this.#at++;
        return this.#nest({ kind: "replace", name, all, pattern: undefined }, "/", true);
      }
      default:
        return this.#fail(operator === "" ? 'the "}" of a "${...}" is missing' : unsupportedModifier(name, operator));
    }
  }

  #nextCharacter(): string {
    const code = this.#source.codePointAt(this.#at);
    if (code === undefined) return "";
    const character = String.fromCodePoint(code);
    this.#at += character.length;
    return character;
  }

  /** Begins the word of a reference with an operator. */
  #nest(frame: Reference, stop: "}" | "/", rawEscapes: boolean): undefined {
    this.#stack.push(frame);
    this.#beginWord(stop, rawEscapes);
  }

  #beginWord(stop: "}" | "/", rawEscapes: boolean): void {
    this.#stack.push({ kind: "word", stop, out: "", outerRawEscapes: this.#rawEscapes });
    this.#rawEscapes = rawEscapes;
    // BuildKit shares one buffer between a word and those nested in it: what was collected before is lost to `words`.
    this.#word = "";
  }

  #endWord(frame: WordFrame): string {
    this.#rawEscapes = frame.outerRawEscapes;
    return frame.out;
  }

  /** Hands the value of what was nested to what it is nested in. */
  #deliver(ended: Frame, value: string): void {
    const outer = this.#stack.at(-1);
    if (outer === undefined) return;
    if (outer.kind === "word" || outer.kind === "quote") {
      outer.out += value;
      if (outer.kind === "quote") return;
      if (ended.kind === "quote") this.#addWhole(value);
      else this.#addSplit(value);
      return;
    }
    if (outer.kind === "replace" && outer.pattern === undefined) {
      outer.pattern = value;
      this.#beginWord("}", true);
      return;
    }
    const result = this.#resolve(outer, value);
    if (typeof result !== "string") {
      this.#error = result.error;
      return;
    }
    this.#stack.pop();
    this.#deliver(outer, result);
  }

  /** The value of a reference whose word is known. */
  #resolve(reference: Reference, word: string): string | ExpandError {
    const value = this.#lookUp(reference.name);
    if (value === undefined && this.#options.skipUnsetEnv === true) return writtenReference(reference, word);
    const resolved = resolveReference(reference, value, word);
    // Only a replacement can be longer than what it is made of.
    return reference.kind === "replace" && typeof resolved === "string" ? this.#take(resolved) : resolved;
  }

  #lookUp(name: string): string | undefined {
    const value = this.#env.get(name);
    if (value === undefined) {
      this.unmatched ??= new Set();
      this.unmatched.add(name);
      return undefined;
    }
    this.matched ??= new Set();
    this.matched.add(name);
    return this.#take(value);
  }

  /** The text, if there is still room for it. */
  #take(text: string): string {
    const { budget } = this.#options;
    this.#taken += text.length;
    if (budget !== undefined) budget.left -= text.length;
    if (this.#taken <= longestExpansion && (budget === undefined || budget.left >= 0)) return text;
    this.#error ??= "the values of its variables make it too long";
    return "";
  }

  #singleQuoted(): string | undefined {
    const close = this.#source.indexOf("'", this.#at + 1);
    if (close < 0) return this.#fail("a single quote is not closed");
    const raw = this.#options.rawQuotes === true;
    const text = this.#source.slice(raw ? this.#at : this.#at + 1, raw ? close + 1 : close);
    this.#at = close + 1;
    return text;
  }

  /** An escape with the character it protects; at the end of the word it protects none and goes. */
  #escaped(): string {
    this.#at++;
    const character = this.#nextCharacter();
    return this.#rawEscapes ? this.#escape + character : character;
  }

  /** `<`, or `<<` with the white space behind it: a heredoc word may stand apart, so that the space does not split. */
  #arrows(): string {
    const source = this.#source;
    const start = this.#at++;
    if (source[this.#at] !== "<") return "<";
    this.#at++;
    while (source[this.#at] === " " || source[this.#at] === "\t" || source[this.#at] === "\r") this.#at++;
    return source.slice(start, this.#at);
  }

  #plain(stop: string): string {
    const source = this.#source;
    const start = this.#at++;
    while (this.#at < source.length) {
      const character = source[this.#at];
      if (character === stop || character === "$" || character === "<" || character === "'" || character === '"') break;
      if (character === this.#escape) break;
      this.#at++;
    }
    return source.slice(start, this.#at);
  }

  #fail(error: string): undefined {
    this.#error = error;
  }

  #addWhole(text: string): void {
    if (this.#splits && this.#stack.length === 1) this.#word += text;
  }

  #addSplit(text: string): void {
    if (!this.#splits || this.#stack.length !== 1) return;
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      if (!isSpace(text.charCodeAt(at))) continue;
      this.#word += text.slice(start, at);
      this.#flushWord();
      start = at + 1;
    }
    this.#word += text.slice(start);
  }

  #flushWord(): void {
    if (this.#word !== "") this.words.push(this.#word);
    this.#word = "";
  }
}

interface WordFrame {
  readonly kind: "word";
  /** The character that ends it; empty for the end of the text. */
  readonly stop: "" | "}" | "/";
  out: string;
  readonly outerRawEscapes: boolean;
}

interface QuoteFrame {
  readonly kind: "quote";
  out: string;
}

type Frame = WordFrame | QuoteFrame | Reference;
