/** Of what a step wrote, this much is kept for its failure: lines in all, and bytes of each list of pieces. */
const keptLines = 20;
const keptBytes = 16 << 10;
/** Of them so many may be of standard error, however much came on standard output after. */
const keptErrors = 10;

interface Piece {
  /** Grows with every piece of the step. */
  readonly at: number;
  readonly stream: "stdout" | "stderr";
  readonly data: Uint8Array;
}

/**
 * The last of what a step wrote, kept as it came: adding costs nothing, however much is written. A worker passes its two
 * streams on one after the other, in any order, so that what went wrong may come before much that did not: the last
 * lines of standard error are always among those that are kept.
 */
export class LogTail {
  readonly #recent = new Pieces();
  readonly #errors = new Pieces();
  #count = 0;

  add(stream: Piece["stream"], data: Uint8Array): void {
    const piece = { at: this.#count++, stream, data };
    this.#recent.add(piece);
    if (stream === "stderr") this.#errors.add(piece);
  }

  /** The newest last. */
  lines(): readonly string[] {
    const pieces = [...new Set([...this.#recent.list, ...this.#errors.list])].sort((a, b) => a.at - b.at);
    const lines = linesOf(pieces);
    let [left, errors] = [keptLines, 0];
    const kept = new Set<Line>();
    for (const line of lines.toReversed()) {
      if (line.stream !== "stderr" || errors++ >= keptErrors) continue;
      kept.add(line);
      left--;
    }
    for (const line of lines.toReversed()) {
      if (left === 0) break;
      if (kept.has(line)) continue;
      kept.add(line);
      left--;
    }
    return lines.filter((line) => kept.has(line)).map(({ text }) => text);
  }
}

class Pieces {
  readonly list: Piece[] = [];
  #size = 0;

  add(piece: Piece): void {
    this.list.push(piece);
    this.#size += piece.data.length;
    for (;;) {
      const [first] = this.list;
      if (first === undefined || this.#size - first.data.length < keptBytes) return;
      this.list.shift();
      this.#size -= first.data.length;
    }
  }
}

interface Line {
  readonly stream: Piece["stream"];
  readonly text: string;
}

/** The lines of both streams, each where it ended; without empty ones at the end. */
function linesOf(pieces: readonly Piece[]): readonly Line[] {
  const lines: Line[] = [];
  const open = new Map<Piece["stream"], Buffer[]>();
  for (const { stream, data } of pieces) {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const before = open.get(stream) ?? [];
    const end = bytes.lastIndexOf(0x0a);
    if (end === -1) {
      open.set(stream, [...before, bytes]);
      continue;
    }
    const whole = textOf([...before, bytes.subarray(0, end)]);
    for (const text of whole.split(/\r?\n/)) lines.push({ stream, text });
    open.set(stream, end + 1 < bytes.length ? [bytes.subarray(end + 1)] : []);
  }
  for (const [stream, rest] of open) if (rest.length > 0) lines.push({ stream, text: textOf(rest) });
  const last = lines.findLastIndex(({ text }) => text.trim() !== "");
  return lines.slice(0, last + 1).map(({ stream, text }) => ({ stream, text: lastDrawn(text) }));
}

/** Of a line that is drawn again and again, what stood there last. */
function lastDrawn(text: string): string {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  return line.slice(line.lastIndexOf("\r") + 1);
}

function textOf(pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces).subarray(-keptBytes).toString("utf8");
}
