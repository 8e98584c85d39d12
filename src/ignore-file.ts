import { PatternError } from "./pattern-error.ts";
import { cleanPath } from "./slash-path.ts";
import { trimSpace } from "./trim-space.ts";
import { decodeUtf8 } from "./utf8.ts";

/** A line may have this many bytes without its newline, the limit of BuildKit's reader. */
const LINE_LIMIT = 65_535;

/**
 * The patterns of a `.dockerignore` file in their order: a byte order mark and lines that begin with `#` are left out,
 * the rest is trimmed, cleaned and made relative; `!` keeps its place in front. Bytes that are no UTF-8 are kept, as
 * `decodeUtf8` has it.
 * @throws PatternError for a line that BuildKit finds too long.
 */
export function readIgnoreFile(content: Uint8Array): readonly string[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const patterns: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end - start > LINE_LIMIT) {
      throw new PatternError(
        `${bytes.toString("utf8", start, start + 40)}…`,
        `a line has more than ${LINE_LIMIT} bytes`,
      );
    }
    const pattern = readLine(decodeUtf8(bytes.subarray(start, end)), start === 0);
    if (pattern !== undefined) patterns.push(pattern);
    start = end + 1;
  }
  return patterns;
}

function readLine(text: string, first: boolean): string | undefined {
  const line = first && text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (line.startsWith("#")) return undefined;
  const trimmed = trimSpace(line);
  if (trimmed === "") return undefined;
  if (!trimmed.startsWith("!")) return relative(trimmed);
  const rest = trimSpace(trimmed.slice(1));
  return rest === "" ? "!" : `!${relative(rest)}`;
}

function relative(path: string): string {
  const cleaned = cleanPath(path);
  return cleaned.length > 1 && cleaned.startsWith("/") ? cleaned.slice(1) : cleaned;
}
