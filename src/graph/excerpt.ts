import stringWidth from "string-width";
import type { Range } from "../range.ts";

/** One line of an excerpt: source text under its number, or the carets that point into the line above. */
export type ExcerptLine =
  | { readonly kind: "source"; readonly number: number; readonly text: string; readonly marked: boolean }
  | { readonly kind: "carets"; readonly text: string }
  | { readonly kind: "gap" };

/** The lines shown around a marked one. */
const context = 2;
/** Of a stretch of marked lines longer than this only its ends are shown. */
const longestStretch = 12;
/** Lines wider than this are cut around what is marked in them, where no width is given. */
const widestLine = 160;
const tabStop = 4;

/**
 * The source lines around `ranges`, with carets under them. A range that is empty at the start of a line stands for the
 * whole line; an empty range elsewhere gets one caret. Tabs become spaces, control characters become visible, and the
 * carets stand under the columns that the characters take in a terminal. Lines wider than `columns` are cut.
 */
export function excerpt(
  lines: readonly string[],
  ranges: readonly Range[],
  columns: number = widestLine,
): readonly ExcerptLine[] {
  const marks = marksByLine(lines, ranges);
  // What follows the line end of the last line is no line to show.
  const count = lines.at(-1) === "" ? lines.length - 1 : lines.length;
  const shown = shownLines(
    count,
    [...marks.keys()].sort((a, b) => a - b),
  );
  const result: ExcerptLine[] = [];
  let previous: number | undefined;
  for (const number of shown) {
    if (previous !== undefined && number > previous + 1) result.push({ kind: "gap" });
    previous = number;
    const lineMarks = marks.get(number) ?? [];
    const cut = cutAround(lines[number - 1] ?? "", lineMarks, columns);
    const drawn = draw(cut.text, cut.marks);
    result.push({ kind: "source", number, text: drawn.text, marked: lineMarks.length > 0 });
    if (drawn.carets !== "") result.push({ kind: "carets", text: drawn.carets });
  }
  return result;
}

/** Text made safe for one place in a terminal: no control characters and nothing that turns the writing direction. */
export function visible(text: string): string {
  return text.replace(hazardous, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

const hazardous = /[\p{Cc}\p{Surrogate}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A stretch of one line in UTF-16 units; `to` is exclusive. */
interface Mark {
  readonly from: number;
  readonly to: number;
}

function marksByLine(lines: readonly string[], ranges: readonly Range[]): ReadonlyMap<number, readonly Mark[]> {
  const marks = new Map<number, Mark[]>();
  for (const { start, end } of ranges) {
    const last = Math.min(Math.max(start.line, end.line), lines.length);
    for (let number = Math.max(1, start.line); number <= last; number++) {
      const text = lines[number - 1] ?? "";
      const whole = wholeLine(text);
      const from = number === start.line ? start.character : whole.from;
      const to = number === end.line ? end.character : whole.to;
      const isWholeLine = start.line === end.line && from === 0 && to === 0;
      // A range that ends before the first character of a line marks nothing in it.
      if (number === end.line && number !== start.line && to === 0) continue;
      const list = marks.get(number) ?? [];
      list.push(
        isWholeLine ? whole : { from: Math.min(from, text.length), to: Math.min(Math.max(from + 1, to), text.length) },
      );
      marks.set(number, list);
    }
  }
  return marks;
}

/** The line without white space at its ends. */
function wholeLine(text: string): Mark {
  const from = text.search(/\S/);
  return from < 0 ? { from: 0, to: 0 } : { from, to: text.trimEnd().length };
}

function shownLines(count: number, marked: readonly number[]): readonly number[] {
  const shown = new Set<number>();
  for (const stretch of stretches(marked)) {
    const ends =
      stretch.length > longestStretch
        ? [...stretch.slice(0, longestStretch / 2), ...stretch.slice(-longestStretch / 2)]
        : stretch;
    const first = Math.max(1, (ends[0] ?? 1) - context);
    for (let number = first; number < (ends[0] ?? 1); number++) shown.add(number);
    for (const number of ends) shown.add(number);
    const last = ends.at(-1) ?? 0;
    for (let number = last + 1; number <= Math.min(count, last + context); number++) shown.add(number);
  }
  return [...shown].sort((a, b) => a - b);
}

/** Runs of neighbouring numbers. */
function stretches(numbers: readonly number[]): readonly (readonly number[])[] {
  const result: number[][] = [];
  for (const number of numbers) {
    const current = result.at(-1);
    if (current !== undefined && current.at(-1) === number - 1) current.push(number);
    else result.push([number]);
  }
  return result;
}

/** A long line becomes the part of it around its first mark, with dots where it was cut. */
function cutAround(
  text: string,
  marks: readonly Mark[],
  columns: number,
): { readonly text: string; readonly marks: readonly Mark[] } {
  // To measure takes time: what is much too long is cut by its units, and what is short enough for any is not.
  const isClear = text.length <= columns / 2 || text.length > 4 * columns || plain.test(text);
  const width = isClear ? text.length : stringWidth(text);
  if (width <= columns) return { text, marks };
  // In UTF-16 units, with room for the dots.
  const longestLine = Math.max(1, Math.floor((columns * text.length) / width) - 2);
  const cutMargin = Math.floor(longestLine / 4);
  const focus = Math.min(...marks.map((mark) => mark.from), text.length);
  let from = marks.length === 0 ? 0 : Math.max(0, Math.min(focus - cutMargin, text.length - longestLine));
  let to = Math.min(text.length, from + longestLine);
  // A character of two units stays whole.
  if (isLowSurrogate(text, from)) from--;
  if (isLowSurrogate(text, to)) to++;
  const before = from > 0 ? "…" : "";
  const after = to < text.length ? "…" : "";
  const shift = before.length - from;
  const within = marks.filter((mark) => mark.from <= to && mark.to >= from);
  return {
    text: before + text.slice(from, to) + after,
    marks: within.map((mark) => ({ from: Math.max(mark.from, from) + shift, to: Math.min(mark.to, to) + shift })),
  };
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The text as a terminal shows it, and carets under the columns of the marks; no carets without marks. */
function draw(text: string, marks: readonly Mark[]): { readonly text: string; readonly carets: string } {
  let drawn = "";
  let carets = "";
  let column = 0;
  let index = 0;
  const isMarked = (from: number, to: number) => marks.some((mark) => mark.from < to && mark.to > from);
  const isPlain = plain.test(text);
  for (const character of isPlain ? text : charactersOf(text)) {
    const shown =
      character === "\t" ? " ".repeat(tabStop - (column % tabStop)) : isPlain ? character : visible(character);
    const width = isPlain ? shown.length : stringWidth(shown);
    drawn += shown;
    column += width;
    carets += (isMarked(index, index + character.length) ? "^" : " ").repeat(width);
    index += character.length;
  }
  // A mark with nothing in it points at the place behind the text.
  if (marks.some((mark) => mark.from >= text.length || mark.from === mark.to)) carets += "^";
  return { text: drawn.trimEnd(), carets: marks.length === 0 ? "" : carets.trimEnd() };
}

/** Of such text each unit is a character that takes one column, or a tab: most lines, and quick to draw. */
const plain = /^[\t -~]*$/;

/** What a reader takes for one character may be several code points. */
function charactersOf(text: string): readonly string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
