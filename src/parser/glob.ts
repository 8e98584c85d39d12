import { toWellFormed } from "../utf8.ts";

/**
 * A pattern of a substitution such as `${X#pattern}`: `*` is any run of characters and `?` any one, newlines aside.
 * A star takes as little or as much as it can (`greedy`). Matching needs no backtracking: since a star matches
 * whatever has no newline, placing every piece as early as possible, and the last one as late as possible if greedy,
 * finds the same match.
 */
export interface Glob {
  readonly pieces: readonly Piece[];
  readonly greedy: boolean;
  /** How many characters may still be held against pieces with a `?`; once none is left, nothing matches any more. */
  readonly work: { left: number };
}

/** Seconds of work, and far more than any pattern in earnest needs. */
const mostWork = 200_000_000;

/** Reads a pattern, or gives what is wrong with it. A backslash may stand before `*`, `?`, `\`, `}` and `/` only. */
export function parseGlob(pattern: string, greedy: boolean): Glob | string {
  const work = { left: mostWork };
  const pieces: Piece[] = [];
  let characters: string[] = [];
  let wild = false;
  // Go's scanner drops a byte order mark in front and reads invalid bytes as U+FFFD.
  const input = [...toWellFormed(pattern.startsWith("\ufeff") ? pattern.slice(1) : pattern)];
  for (let at = 0; at < input.length; at++) {
    let character = input[at] ?? "";
    if (character === "*") {
      pieces.push(pieceOf(characters, wild, work));
      characters = [];
      wild = false;
      continue;
    }
    if (character === "?") {
      wild = true;
      character = anyCharacter;
    } else if (character === "\\") {
      at++;
      character = input[at] ?? "";
      if (character === "") return "it ends in a backslash";
      if (!escapable.has(character)) return `"\\${character}" is no escape`;
    }
    characters.push(character);
  }
  pieces.push(pieceOf(characters, wild, work));
  return { pieces, greedy, work };
}

/** The text that a pattern without wildcards is; undefined for any other, and for the empty one. */
export function literalOf({ pieces }: Glob): string | undefined {
  const [only] = pieces;
  return pieces.length === 1 && only?.characters === undefined ? only?.text || undefined : undefined;
}

/** Where the match that begins at `start` ends, or -1. */
export function matchEnd(glob: Glob, value: string, start: number): number {
  const { pieces, greedy } = glob;
  let at = matchAt(pieces[0] ?? emptyPiece, value, start);
  for (let index = 1; at >= 0 && index < pieces.length; index++) {
    const piece = pieces[index] ?? emptyPiece;
    const limit = lineEnd(value, at);
    const late = greedy && index === pieces.length - 1;
    const found = late ? findLast(piece, value, at, limit) : findFirst(piece, value, at, limit);
    at = found < 0 ? -1 : matchAt(piece, value, found);
  }
  return at;
}

/** The leftmost match at or after `from`. */
export function findMatch(
  glob: Glob,
  value: string,
  from: number,
): { readonly start: number; readonly end: number } | undefined {
  const first = glob.pieces[0] ?? emptyPiece;
  let start = from;
  while (start <= value.length) {
    start = findFirst(first, value, start, value.length);
    if (start < 0) return undefined;
    const end = matchEnd(glob, value, start);
    if (end >= 0) return { start, end };
    // What could not be placed behind this start cannot be behind a later one on the same line.
    start = first.text.includes("\n") ? start + characterWidth(value, start) : lineEnd(value, start) + 1;
  }
  return undefined;
}

/** What stands between two stars. `characters` is given where it holds a `?`; otherwise `text` says it all. */
interface Piece {
  readonly text: string;
  readonly characters: readonly string[] | undefined;
  /** That of the whole pattern. */
  readonly work: Glob["work"];
}

function pieceOf(characters: readonly string[], wild: boolean, work: Glob["work"]): Piece {
  return { text: characters.join(""), characters: wild ? characters : undefined, work };
}

const emptyPiece: Piece = { text: "", characters: undefined, work: { left: 0 } };
const anyCharacter = "";
const escapable = new Set(["*", "?", "\\", "}", "/"]);

/** Where the piece ends if it stands at `start`, or -1. */
function matchAt(piece: Piece, value: string, start: number): number {
  const { text, characters, work } = piece;
  if (characters === undefined) return value.startsWith(text, start) ? start + text.length : -1;
  let at = start;
  for (const character of characters) {
    if (work.left-- <= 0) return -1;
    if (character === anyCharacter) {
      if (at >= value.length || value[at] === "\n") return -1;
      at += characterWidth(value, at);
    } else {
      if (!value.startsWith(character, at)) return -1;
      at += character.length;
    }
  }
  return at;
}

/** The first place from `from` to `limit` where the piece stands, or -1. */
function findFirst(piece: Piece, value: string, from: number, limit: number): number {
  if (piece.characters === undefined) {
    // Not beyond the limit, or many lines would each be searched to the end of all.
    const found = value.slice(from, limit + piece.text.length).indexOf(piece.text);
    return found < 0 ? -1 : from + found;
  }
  for (let at = from; at <= limit; at += characterWidth(value, at)) {
    if (matchAt(piece, value, at) >= 0) return at;
  }
  return -1;
}

/** The last such place. */
function findLast(piece: Piece, value: string, from: number, limit: number): number {
  if (piece.characters === undefined) {
    const found = value.slice(from, limit + piece.text.length).lastIndexOf(piece.text);
    return found < 0 ? -1 : from + found;
  }
  for (let at = limit; at >= from; at--) {
    if (!isInsidePair(value, at) && matchAt(piece, value, at) >= 0) return at;
  }
  return -1;
}

function lineEnd(value: string, from: number): number {
  const newline = value.indexOf("\n", from);
  return newline < 0 ? value.length : newline;
}

function characterWidth(value: string, at: number): number {
  return (value.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function isInsidePair(value: string, at: number): boolean {
  return at > 0 && (value.codePointAt(at - 1) ?? 0) > 0xffff;
}
