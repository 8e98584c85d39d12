/** A place in a source text: `line` counts from 1, `character` from 0 in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A stretch of source text; `end` is exclusive, and equal to `start` where only a line is known. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** The range that stands for the whole of one line where no token is known: BuildKit's own form, character 0 to 0. */
export function lineRange(line: number): Range {
  return { start: { line, character: 0 }, end: { line, character: 0 } };
}
