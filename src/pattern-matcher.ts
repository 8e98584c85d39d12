import { parsePathExpression } from "./path-expression.ts";
import { PatternError } from "./pattern-error.ts";
import { cleanPath, parentPath } from "./slash-path.ts";
import { trimSpace } from "./trim-space.ts";

/** Which patterns matched a folder, one entry per pattern; handed on to the folder's entries while walking a tree. */
export type MatchInfo = readonly boolean[];

/**
 * A list of ignore patterns as `.dockerignore`, `COPY --exclude` and file sync read them: a later pattern overrules an
 * earlier one, `!` takes a match back, `**` crosses folders, and a pattern that matches a folder matches all in it.
 * Paths are relative and separated by slashes on every system. Both ways to match may throw a {@link PatternError},
 * since the meaning of a pattern is only worked out when a path comes to it.
 */
export interface PatternMatcher {
  readonly patterns: readonly Pattern[];
  /** Whether any pattern begins with `!`. */
  readonly hasExclusions: boolean;
  /** Whether the path, or any of its parent folders, ends up matched. */
  matches(path: string): boolean;
  /**
   * The same answer for a walk from the top: `parent` is the info that came back for the folder the path is in, or
   * undefined at the top. Without it, the parents are looked at as in `matches`.
   */
  matchesUsingParent(
    path: string,
    parent: MatchInfo | undefined,
  ): { readonly matched: boolean; readonly info: MatchInfo };
}

/** One pattern: its cleaned text without the `!`, and whether it had one. */
export interface Pattern {
  readonly text: string;
  readonly exclusion: boolean;
}

/**
 * Compiles ignore patterns. Blank ones are dropped, the others trimmed and cleaned.
 * @throws PatternError for a lone `!` and for broken syntax (an open bracket, a trailing backslash).
 */
export function compilePatterns(patterns: readonly string[]): PatternMatcher {
  const compiled: CompiledPattern[] = [];
  for (const raw of patterns) {
    const trimmed = trimSpace(raw);
    if (trimmed === "") continue;
    const cleaned = cleanPath(trimmed);
    const exclusion = cleaned.startsWith("!");
    if (exclusion && cleaned.length === 1)
      throw new PatternError("!", "excludes nothing: a path must follow the exclamation mark");
    const text = exclusion ? cleaned.slice(1) : cleaned;
    checkSyntax(text);
    compiled.push({ text, exclusion, test: undefined });
  }
  return {
    patterns: compiled,
    hasExclusions: compiled.some((pattern) => pattern.exclusion),
    matches: (path) => matchFromTop(compiled, path, undefined),
    matchesUsingParent: (path, parent) => {
      const info = new Array<boolean>(compiled.length).fill(false);
      const matched =
        parent === undefined || parent.length === 0
          ? matchFromTop(compiled, path, info)
          : matchBelow(compiled, path, parent, info);
      return { matched, info };
    },
  };
}

interface CompiledPattern extends Pattern {
  /** Made on first use: most patterns of a long list meet no path that reaches them. */
  test: PathTest | undefined;
}

interface PathTest {
  test(path: string): boolean;
  /** Whether the path or any folder on the way to it matches. */
  testWithFolders(path: string): boolean;
}

function matchFromTop(patterns: readonly CompiledPattern[], path: string, info: boolean[] | undefined): boolean {
  const parent = parentPath(path);
  let matched = false;
  for (let index = 0; index < patterns.length; index++) {
    const pattern = patterns[index];
    // Only a pattern that can change the verdict is worth a look.
    if (pattern === undefined || pattern.exclusion !== matched) continue;
    const test = testOf(pattern);
    const match = test.test(path) || (parent !== "." && test.testWithFolders(parent));
    if (info !== undefined) info[index] = match;
    if (match) matched = !pattern.exclusion;
  }
  return matched;
}

function matchBelow(patterns: readonly CompiledPattern[], path: string, parent: MatchInfo, info: boolean[]): boolean {
  if (parent.length !== patterns.length) throw new Error("match info of another pattern list");
  let matched = false;
  for (let index = 0; index < patterns.length; index++) {
    const pattern = patterns[index];
    if (pattern === undefined) continue;
    let match = parent[index] === true;
    if (!match) {
      if (pattern.exclusion !== matched) continue;
      match = testOf(pattern).test(path);
    }
    info[index] = match;
    if (match) matched = !pattern.exclusion;
  }
  return matched;
}

function testOf(pattern: CompiledPattern): PathTest {
  pattern.test ??= compileTest(pattern.text);
  return pattern.test;
}

/**
 * Four ways to compare: equal text, a prefix (`a/**`), a suffix (`**` + `/a`), or an expression for all else. The
 * first three take the text as it stands.
 */
function compileTest(text: string): PathTest {
  const [kind, expression] = translate(text);
  switch (kind) {
    case "exact": {
      const folder = `${text}/`;
      const test = (path: string) => path === text;
      return { test, testWithFolders: (path) => test(path) || path.startsWith(folder) };
    }
    case "prefix": {
      const prefix = text.slice(0, -2);
      const test = (path: string) => path.startsWith(prefix);
      return { test, testWithFolders: test };
    }
    case "suffix":
      return suffixTest(text.slice(2));
    case "expression":
      try {
        return parsePathExpression(expression);
      } catch (error) {
        if (error instanceof SyntaxError) throw new PatternError(text, error.message);
        throw error;
      }
  }
}

function suffixTest(suffix: string): PathTest {
  const whole = suffix.startsWith("/") ? suffix.slice(1) : undefined;
  const test = (path: string) => path.endsWith(suffix) || path === whole;
  const inside = `${suffix}/`;
  const testWithFolders = (path: string) =>
    test(path) || path.includes(inside) || (whole !== undefined && path.startsWith(`${whole}/`));
  return { test, testWithFolders };
}

type TestKind = "exact" | "prefix" | "suffix" | "expression";

/**
 * The regular expression a pattern stands for. BuildKit builds it character by character without heeding brackets, so
 * `[*]` and `\d` have the meaning the expression gives them; being exact means doing the same. It means to escape `|`,
 * `{` and `}`, too, but does not, so that beside a wildcard they are alternatives and repetitions.
 */
function translate(text: string): readonly [TestKind, string] {
  const chars = [...text];
  // The reference's scanner drops a byte order mark at the start.
  if (chars[0] === "\uFEFF") chars.shift();
  let kind: TestKind = "exact";
  let out = "^";
  let at = 0;
  for (let step = 0; at < chars.length; step++) {
    const char = chars[at++] ?? "";
    if (char === "*" && chars[at] === "*") {
      at++;
      if (chars[at] === "/") at++;
      if (at < chars.length) {
        out += "(.*/)?";
        kind = "expression";
      } else if (kind === "exact") {
        kind = "prefix";
      } else {
        out += ".*";
        kind = "expression";
      }
      if (step === 0) kind = "suffix";
    } else if (char === "*") {
      out += "[^/]*";
      kind = "expression";
    } else if (char === "?") {
      out += "[^/]";
      kind = "expression";
    } else if (".+()$".includes(char)) {
      out += `\\${char}`;
    } else if (char === "\\") {
      out += char;
      if (at < chars.length) {
        out += chars[at++] ?? "";
        kind = "expression";
      }
    } else {
      out += char;
      if (char === "[" || char === "]") kind = "expression";
    }
  }
  return [kind, `${out}$`];
}

/**
 * Go's `filepath.Match` of the pattern with the name `.`, for its errors alone: it looks at what follows a star only if
 * all before it matches, so the rest of a broken pattern may go unseen.
 */
function checkSyntax(text: string): void {
  let name = ".";
  for (let at = 0; at < text.length; ) {
    let star = false;
    for (; text[at] === "*"; at++) star = true;
    const end = endOfChunk(text, at);
    const chunk = text.slice(at, end);
    at = end;
    if (chunk === "") return;
    const isLast = at === text.length;
    const fits = (rest: string | undefined) => rest !== undefined && (rest === "" || !isLast);
    const here = matchChunk(text, chunk, name);
    // A name of one character leaves a star only the choice of that character.
    const rest = fits(here) ? here : star && name !== "" ? matchChunk(text, chunk, "") : undefined;
    if (rest === undefined || !fits(rest)) return;
    name = rest;
  }
}

/** Where the next star stands that is not escaped or between brackets. */
function endOfChunk(text: string, start: number): number {
  let inBrackets = false;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "[") inBrackets = true;
    else if (text[at] === "]") inBrackets = false;
    else if (text[at] === "*" && !inBrackets) return at;
  }
  return text.length;
}

/** What a chunk without stars leaves of the name, which is `.` or empty; undefined where it does not match. */
function matchChunk(pattern: string, chunk: string, name: string): string | undefined {
  let left: string | undefined = name;
  const take = (isDot: boolean) => {
    left = left === "." && isDot ? "" : undefined;
  };
  for (let at = 0; at < chunk.length; ) {
    const char = chunk[at++];
    if (char === "[") {
      const read = readClass(pattern, chunk, at);
      take(read.hasDot);
      at = read.end;
    } else if (char === "?") {
      take(true);
    } else if (char === "\\") {
      if (at >= chunk.length) throw new PatternError(pattern, "nothing follows the backslash");
      take(chunk[at++] === ".");
    } else {
      take(char === ".");
    }
  }
  return left;
}

/** Reads a class behind its opening bracket: classes are closed and hold something. */
function readClass(pattern: string, chunk: string, start: number): { readonly hasDot: boolean; readonly end: number } {
  let at = start;
  /** Reads one character; something must follow it, at least the closing bracket. */
  const character = (): number => {
    const broken = (why: string) => new PatternError(pattern, why);
    const char = chunk[at];
    if (char === undefined || char === "-" || char === "]") throw broken("a character is missing between the brackets");
    if (char === "\\") at++;
    const code = chunk.codePointAt(at);
    if (code === undefined) throw broken("nothing follows the backslash");
    if (code >= 0xd800 && code <= 0xdfff) throw broken("a byte between the brackets is not UTF-8");
    at += code > 0xffff ? 2 : 1;
    if (at >= chunk.length) throw broken("the bracket is never closed");
    return code;
  };
  const negated = chunk[at] === "^";
  if (negated) at++;
  const dot = 46;
  let listed = false;
  for (let ranges = 0; ranges === 0 || chunk[at] !== "]"; ranges++) {
    const low = character();
    let high = low;
    if (chunk[at] === "-") {
      at++;
      high = character();
    }
    listed ||= low <= dot && dot <= high;
  }
  return { hasDot: listed !== negated, end: at + 1 };
}
