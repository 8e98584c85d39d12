import type { Diagnostic } from "../diagnostic.ts";
import type { Failure } from "../failure.ts";
import type { Range } from "../range.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type ExcerptLine, excerpt, visible } from "./excerpt.ts";
import { sourceLines } from "./source-lines.ts";

/** How the parts of a print look; every function gets text without line ends and gives it back in its colour. */
export interface CaretStyle {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly message: (text: string) => string;
  readonly place: (text: string) => string;
  readonly aside: (text: string) => string;
  /** The width of the terminal, where there is one: lines of the Dockerfile are cut to it. */
  readonly columns?: number | undefined;
}

/** No colours. */
export const plainCaretStyle: CaretStyle = {
  error: (text) => text,
  warning: (text) => text,
  message: (text) => text,
  place: (text) => text,
  aside: (text) => text,
};

/**
 * Diagnostics as text for people, in their order, with an empty line between them:
 *
 *     warning: Usage of undefined variable '$SORUCE' (did you mean $SOURCE?) [UndefinedVar]
 *     Dockerfile:3:6
 *        2 | ARG SOURCE=x
 *        3 | COPY $SORUCE /a
 *          |      ^^^^^^^
 *     see https://…
 *
 * `source` gives the text of a file by the name that a diagnostic carries; where it is not known, no lines are shown.
 */
export function diagnosticsText(
  diagnostics: readonly Diagnostic[],
  source: (filename: string) => Uint8Array | string | undefined,
  style: CaretStyle = plainCaretStyle,
): string {
  const linesOf = cachedLines(source);
  return diagnostics
    .map((diagnostic) =>
      print(
        {
          severity: diagnostic.severity,
          label: diagnostic.rule,
          message: diagnostic.message,
          // An option is not in the file.
          filename: diagnostic.rule === "invalid-option" ? undefined : diagnostic.filename,
          ranges: diagnostic.ranges,
          lines: diagnostic.ranges.length === 0 ? undefined : linesOf(diagnostic.filename),
          ...(diagnostic.url === undefined ? {} : { url: diagnostic.url }),
          ...(diagnostic.help === undefined ? {} : { remedy: diagnostic.help }),
        },
        style,
      ),
    )
    .join("\n");
}

/** A failure as text for people: its message, the lines of the Dockerfile that it comes from, and what to do. */
export function failureText(failure: Failure, style: CaretStyle = plainCaretStyle): string {
  const { source } = failure;
  return print(
    {
      severity: "error",
      label: failure.code,
      message: failure.message,
      filename: source?.filename,
      ranges: source?.ranges ?? [],
      lines: source?.text === undefined ? undefined : sourceLines(decodeUtf8(source.text)),
      ...(failure.remedy === undefined ? {} : { remedy: failure.remedy }),
    },
    style,
  );
}

interface CaretPrint {
  readonly severity: "error" | "warning";
  readonly label: string;
  readonly message: string;
  readonly filename: string | undefined;
  readonly ranges: readonly Range[];
  readonly lines: readonly string[] | undefined;
  readonly remedy?: string;
  readonly url?: string;
}

function print(what: CaretPrint, style: CaretStyle): string {
  const [headline = "", ...details] = what.message.split("\n").map(visible);
  const out = [
    `${style[what.severity](`${what.severity}:`)} ${style.message(headline)} ${style.aside(`[${what.label}]`)}`,
    ...details.map(style.message),
  ];
  if (what.filename !== undefined) out.push(style.place(placeText(what.filename, what.ranges[0])));
  if (what.lines !== undefined) out.push(...excerptText(what.lines, what.ranges, what.severity, style));
  if (what.remedy !== undefined) out.push(`help: ${visible(what.remedy)}`);
  if (what.url !== undefined) out.push(style.aside(`see ${visible(what.url)}`));
  return out.map((line) => `${line}\n`).join("");
}

/** `Dockerfile`, `Dockerfile:3`, or `Dockerfile:3:6` with the column from 1 where a token is known. */
function placeText(filename: string, range: Range | undefined): string {
  const name = visible(filename);
  if (range === undefined) return name;
  const { start, end } = range;
  const isWholeLine = start.character === 0 && end.line === start.line && end.character === 0;
  return isWholeLine ? `${name}:${start.line}` : `${name}:${start.line}:${start.character + 1}`;
}

function excerptText(
  lines: readonly string[],
  ranges: readonly Range[],
  severity: "error" | "warning",
  style: CaretStyle,
): readonly string[] {
  const shown = excerpt(lines, ranges, style.columns === undefined ? undefined : Math.max(20, style.columns - 7));
  const highest = shown.reduce((width, line) => (line.kind === "source" ? Math.max(width, line.number) : width), 0);
  const width = Math.max(4, String(highest).length);
  const gutter = (text: string) => style.aside(`${text.padStart(width)} |`);
  const lineText = (line: ExcerptLine): string => {
    switch (line.kind) {
      case "source":
        return line.text === "" ? gutter(String(line.number)) : `${gutter(String(line.number))} ${line.text}`;
      case "carets":
        return `${gutter("")} ${style[severity](line.text)}`;
      case "gap":
        return style.aside("...".padStart(width));
    }
  };
  return shown.map(lineText);
}

function cachedLines(
  source: (filename: string) => Uint8Array | string | undefined,
): (filename: string) => readonly string[] | undefined {
  const cache = new Map<string, readonly string[] | undefined>();
  return (filename) => {
    if (!cache.has(filename)) {
      const text = source(filename);
      cache.set(
        filename,
        text === undefined ? undefined : sourceLines(typeof text === "string" ? text : decodeUtf8(text)),
      );
    }
    return cache.get(filename);
  };
}
