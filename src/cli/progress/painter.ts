import stringWidth from "string-width";
import type { OutputStream } from "../terminal.ts";

/**
 * Draws lines over those that it drew before, without a flicker and also after the terminal's width has changed. The
 * cursor is hidden until `end`.
 */
export class Painter {
  readonly #stream: OutputStream;
  #drawn: readonly string[] = [];
  #isHidden = false;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  draw(lines: readonly string[]): void {
    const hide = this.#isHidden ? "" : "\u001b[?25l";
    this.#isHidden = true;
    // A row is erased before it is written, not after: else to some terminals it stays as long as it ever was, or a part
    // of the line that was broken there, and they break it anew when they become narrower still.
    this.#stream.write(`${hide}${this.#back()}${lines.map((line) => `\u001b[K${line}\n`).join("")}\u001b[J`);
    this.#drawn = lines;
  }

  /** Draws a last time, for good. */
  end(lines: readonly string[]): void {
    this.draw(lines);
    this.#drawn = [];
    this.show();
  }

  /** Gives the cursor back. */
  show(): void {
    if (this.#isHidden) this.#stream.write("\u001b[?25h");
    this.#isHidden = false;
  }

  /** To the first column of what was drawn: a terminal that became narrower has broken its lines. */
  #back(): string {
    const columns = this.#stream.columns || 80;
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
    return rows === 0 ? "\r" : `\r\u001b[${rows}A`;
  }
}
