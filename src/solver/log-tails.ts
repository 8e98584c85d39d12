import { StatusReader } from "./buildkit/status.ts";
import { statusOfJson } from "./buildkit/status-of-json.ts";

/** So many bytes are kept of what a vertex wrote. */
const most = 16_384;

/** The last lines that each vertex wrote, by its digest, from a log of a build's progress: see `logRecord`. */
export function logTails(lines: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const reader = new StatusReader();
  const tails = new Map<string, Uint8Array>();
  for (const line of lines) {
    const message = statusOfJson(line);
    if (message === undefined) continue;
    for (const event of reader.read(message)) {
      if (event.kind === "log") tails.set(event.vertex, tailOf(tails.get(event.vertex), event.data));
    }
  }
  return new Map([...tails].map(([vertex, bytes]) => [vertex, linesOf(bytes)]));
}

function tailOf(before: Uint8Array | undefined, data: Uint8Array): Uint8Array {
  return before === undefined ? data.slice(-most) : Buffer.concat([before.subarray(-most), data]).subarray(-most);
}

/** Of a line that is drawn again and again, what stood there last. */
function linesOf(bytes: Uint8Array): readonly string[] {
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .map((line) => line.slice(line.lastIndexOf("\r") + 1));
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
