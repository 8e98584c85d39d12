import { type Diagnostic, DockerfileError } from "../../diagnostic.ts";
import { Failure, type FailureSource } from "../../failure.ts";
import { Unsupported } from "../../frontend/unsupported.ts";
import { definitionShape } from "../../graph/definition-shape.ts";
import { unmarshal } from "../../llb/unmarshal.ts";
import { lineRange, type Range } from "../../range.ts";
import type { common } from "./proto/gen/buildkit.js";
import { RpcError } from "./rpc-error.ts";

/** Codes of google.rpc.Code. */
const codes = { cancelled: 1, unknown: 2, unimplemented: 12 };

/** BuildKit's types of error details, whose values are JSON in Go's encoding. */
const types = {
  source: "github.com/moby/buildkit/errdefs.Source+json",
  subrequest: "github.com/moby/buildkit/errdefs.Subrequest+json",
  "frontend-cap": "github.com/moby/buildkit/errdefs.FrontendCap+json",
};

/**
 * Any error as google.rpc.Status, the way in which a frontend hands it back. What came from the worker goes back as it
 * came, details and all; an error about Dockerfile lines carries them as BuildKit's own frontend does, one source for
 * each place, so that a client shows them.
 */
export function statusOf(error: unknown): common.RpcStatus.$Properties {
  if (error instanceof DockerfileError) return dockerfileStatus(error);
  if (!(error instanceof Failure)) return { code: codes.unknown, message: textOf(error), details: [] };
  const { cause, source, message } = error;
  const places = source === undefined || (source.text?.length ?? 0) > mostText ? [] : [sourceDetail(source)];
  if (cause instanceof RpcError) {
    const details = cause.details.map(({ typeUrl, value }) => ({ typeUrl, value }));
    const isPlaced = details.some(({ typeUrl }) => typeUrl === types.source);
    // What we say around the worker's words stays; where we said it in other words, its own are those that clients know.
    const words = message.includes(cause.message) ? message : cause.message;
    return { code: cause.code, message: words, details: isPlaced ? details : [...details, ...places] };
  }
  if (cause instanceof Unsupported) {
    const code = cause.kind === "subrequest" ? codes.unknown : codes.unimplemented;
    return { code, message, details: [detail(types[cause.kind], { name: cause.what })] };
  }
  return { code: error.code === "cancelled" ? codes.cancelled : codes.unknown, message, details: places };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How many errors of a Dockerfile are told at most: more help nobody, and each place has the whole text with it. */
const mostErrors = 20;

/** How much text may come with the places, in bytes: clients get it in a header. */
const mostText = 4 << 20;

function dockerfileStatus(error: DockerfileError): common.RpcStatus.$Properties {
  const { diagnostics, source, definition, unreadable, message } = error;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const told = errors.slice(0, mostErrors);
  const whole = { ...(source && { text: source }), ...(definition && { definition }) };
  const size = source?.length ?? 0;
  const places: common.Any.$Properties[] = [];
  for (const { filename, lines, ranges } of told) {
    const shown = shownRanges(lines, ranges);
    const fits = size * (places.length + 1) <= mostText;
    if (shown.length > 0 && fits) places.push(sourceDetail({ filename, ranges: shown, ...whole }));
  }
  const rest = errors.length - told.length;
  const more = rest === 0 ? [] : [`and ${rest} more`];
  const alone = errors.length === 1 && places.length === 1 && !unreadable;
  const text =
    errors.length === 0 || alone
      ? message
      : [...told.map((one, index) => placedMessage(one, unreadable && index === 0)), ...more].join("; ");
  // Clients show the last one first.
  return { code: codes.unknown, message: text, details: places.reverse() };
}

/** The lines that BuildKit tells, as precisely as we know them; a place that it does not tell is shown all the same. */
function shownRanges(lines: readonly number[], ranges: readonly Range[]): readonly Range[] {
  if (lines.length === 0) return ranges;
  const precise = ranges.filter(({ start, end }) => start.line === end.line && lines.includes(start.line));
  const covered = new Set(precise.map(({ start }) => start.line));
  return [...precise, ...lines.filter((line) => !covered.has(line)).map(lineRange)];
}

/** The first error of a text that cannot be read is told in the form that clients and their users know. */
function placedMessage({ message, lines }: Diagnostic, unreadable: boolean): string {
  if (lines[0] === undefined) return message;
  return `${unreadable ? "dockerfile parse error on " : ""}line ${lines[0]}: ${message}`;
}

function sourceDetail({ filename, text, definition, ranges }: FailureSource): common.Any.$Properties {
  const data = Buffer.from(text ?? "").toString("base64");
  const loading = definition && { definition: definitionShape(unmarshal(definition)) };
  return detail(types.source, { info: { filename, data, ...loading, language: "Dockerfile" }, ranges });
}

function detail(typeUrl: string, value: object): common.Any.$Properties {
  return { typeUrl, value: Buffer.from(JSON.stringify(value)) };
}
