import { encodeUtf8 } from "../utf8.ts";

/** The longest physical line in bytes, its newline not counted. */
export const longestLine = 65_535;

/**
 * A cursor over the physical lines of a Dockerfile. Only `\n` ends a line; a byte order mark belongs to none. A line
 * that is too long ends the reading, as it ends BuildKit's; `skipLongLine` goes on behind it.
 */
export class LineReader {
  readonly text: string;
  /** How many lines were read. */
  count = 0;
  /** The line last read: from `start` to `end`, without its `\n`. */
  start = 0;
  end = 0;
  /** The next line is too long. */
  tooLong = false;
  #next = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Moves to the next line; false at the end or before a line that is too long. */
  advance(): boolean {
    const { text } = this;
    const start = this.#next;
    if (this.tooLong || start >= text.length) return false;
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    // A UTF-16 unit takes at most three bytes, so that most lines need no count.
    if ((end - start) * 3 > longestLine && encodeUtf8(text.slice(start, end)).length > longestLine) {
      this.tooLong = true;
      return false;
    }
    this.start = start === 0 && text.charCodeAt(0) === byteOrderMark ? 1 : start;
    this.end = end;
    this.#next = end + 1;
    this.count++;
    return true;
  }

  skipLongLine(): void {
    const newline = this.text.indexOf("\n", this.#next);
    this.#next = newline < 0 ? this.text.length : newline + 1;
    this.count++;
    this.tooLong = false;
  }
}

const byteOrderMark = 0xfeff;
