import type Long from "long";
import { goJsonString } from "../../go-json.ts";
import type { common, control } from "./proto/gen/buildkit.js";

/**
 * A message of a build's status as Go's `encoding/json` writes BuildKit's SolveStatus: fields in its order, empty ones
 * left out where it leaves them out, bytes in base64, instants to the nanosecond. One line, without its end.
 */
export function statusJson(message: control.StatusResponse.$Properties): string {
  return object([
    ["vertexes", list(message.vertexes, vertexJson)],
    ["statuses", list(message.statuses, partJson)],
    ["logs", list(message.logs, logJson)],
    ["warnings", list(message.warnings, warningJson)],
  ]);
}

type Field = readonly [name: string, json: string | undefined];

function vertexJson(vertex: control.Vertex.$Properties): string {
  return object([
    ["digest", text(vertex.digest)],
    ["inputs", list(vertex.inputs, goJsonString)],
    ["name", text(vertex.name)],
    ["started", time(vertex.started)],
    ["completed", time(vertex.completed)],
    ["cached", flag(vertex.cached)],
    ["error", text(vertex.error)],
    ["progressGroup", vertex.progressGroup == null ? undefined : groupJson(vertex.progressGroup)],
  ]);
}

function groupJson({ id, name, weak }: common.ProgressGroup.$Properties): string {
  return object([
    ["id", text(id)],
    ["name", text(name)],
    ["weak", flag(weak)],
  ]);
}

function partJson(status: control.VertexStatus.$Properties): string {
  return object([
    ["id", goJsonString(status.id ?? "")],
    ["vertex", text(status.vertex)],
    ["name", text(status.name)],
    ["total", number(status.total)],
    ["current", number(status.current) ?? "0"],
    ["timestamp", time(status.timestamp) ?? epoch],
    ["started", time(status.started)],
    ["completed", time(status.completed)],
  ]);
}

function logJson(log: control.VertexLog.$Properties): string {
  return object([
    ["vertex", text(log.vertex)],
    ["stream", number(log.stream)],
    ["data", bytes(log.msg) ?? "null"],
    ["timestamp", time(log.timestamp) ?? epoch],
  ]);
}

function warningJson(warning: control.VertexWarning.$Properties): string {
  const { info } = warning;
  return object([
    ["vertex", text(warning.vertex)],
    ["level", number(warning.level)],
    ["short", bytes(warning.short)],
    ["detail", list(warning.detail, (line) => bytes(line) ?? "null")],
    ["url", text(warning.url)],
    ["sourceInfo", info == null ? undefined : sourceJson(info)],
    ["range", list(warning.ranges, rangeJson)],
  ]);
}

function sourceJson({ filename, data, language }: common.SourceInfo.$Properties): string {
  return object([
    ["filename", text(filename)],
    ["data", bytes(data)],
    ["language", text(language)],
  ]);
}

function rangeJson({ start, end }: common.Range.$Properties): string {
  return object([
    ["start", start == null ? undefined : positionJson(start)],
    ["end", end == null ? undefined : positionJson(end)],
  ]);
}

function positionJson({ line, character }: common.Position.$Properties): string {
  return object([
    ["line", line ? String(line) : undefined],
    ["character", character ? String(character) : undefined],
  ]);
}

function object(fields: readonly Field[]): string {
  const given = fields.flatMap(([name, json]) => (json === undefined ? [] : [`"${name}":${json}`]));
  return `{${given.join(",")}}`;
}

function list<Item>(items: readonly Item[] | null | undefined, json: (item: Item) => string): string | undefined {
  return items == null || items.length === 0 ? undefined : `[${items.map(json).join(",")}]`;
}

function text(value: string | null | undefined): string | undefined {
  return value ? goJsonString(value) : undefined;
}

function flag(value: boolean | null | undefined): string | undefined {
  return value ? "true" : undefined;
}

function number(value: Long | null | undefined): string | undefined {
  return value == null || value.isZero() ? undefined : value.toString();
}

function bytes(value: Uint8Array | null | undefined): string | undefined {
  if (value == null || value.length === 0) return undefined;
  return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")}"`;
}

/** RFC 3339 as Go prints it: nanoseconds, without zeros at the end. */
function time(value: common.Timestamp.$Properties | null | undefined): string | undefined {
  if (value == null) return undefined;
  const seconds = new Date((value.seconds?.toNumber() ?? 0) * 1000).toISOString().slice(0, 19);
  const fraction = String(value.nanos ?? 0)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `"${seconds}${fraction === "" ? "" : `.${fraction}`}Z"`;
}

const epoch = '"1970-01-01T00:00:00Z"';
