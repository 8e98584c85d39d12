import Long from "long";
import { fieldOf } from "../json-fields.ts";
import type { common, control } from "./proto/gen/buildkit.js";

/**
 * A message of a build's status from a line of JSON, as `docker buildx build --progress rawjson` writes it: the inverse of
 * `statusJson`, without warnings. Undefined for a line that is none.
 */
export function statusOfJson(line: string): control.StatusResponse.$Properties | undefined {
  const message = parse(line);
  if (typeof message !== "object" || message === null) return undefined;
  const vertexes = listOf(message, "vertexes");
  const statuses = listOf(message, "statuses");
  const logs = listOf(message, "logs");
  const isStatus = [...vertexes, ...statuses, ...logs, ...listOf(message, "warnings")].length > 0;
  if (!isStatus) return undefined;
  return { vertexes: vertexes.map(vertexOf), statuses: statuses.map(partOf), logs: logs.map(logOf) };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function vertexOf(value: unknown): control.Vertex.$Properties {
  return {
    digest: textOf(value, "digest"),
    inputs: listOf(value, "inputs").map(String),
    name: textOf(value, "name"),
    started: timeOf(value, "started"),
    completed: timeOf(value, "completed"),
    cached: fieldOf(value, "cached") === true,
    error: textOf(value, "error"),
  };
}

function partOf(value: unknown): control.VertexStatus.$Properties {
  return {
    id: textOf(value, "id"),
    vertex: textOf(value, "vertex"),
    name: textOf(value, "name"),
    current: numberOf(value, "current"),
    total: numberOf(value, "total"),
    timestamp: timeOf(value, "timestamp"),
    started: timeOf(value, "started"),
    completed: timeOf(value, "completed"),
  };
}

function logOf(value: unknown): control.VertexLog.$Properties {
  return {
    vertex: textOf(value, "vertex"),
    stream: numberOf(value, "stream"),
    msg: Buffer.from(textOf(value, "data"), "base64"),
    timestamp: timeOf(value, "timestamp"),
  };
}

function textOf(value: unknown, key: string): string {
  const text = fieldOf(value, key);
  return typeof text === "string" ? text : "";
}

function numberOf(value: unknown, key: string): Long {
  const number = fieldOf(value, key);
  return Long.fromNumber(typeof number === "number" ? number : 0);
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : [];
}

/** RFC 3339 with up to nine digits of a second, and a zone, as Go writes it. */
function timeOf(value: unknown, key: string): common.Timestamp.$Properties | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(textOf(value, key));
  const [, seconds = "", fraction = "", zone = ""] = match ?? [];
  const at = Date.parse(`${seconds}${zone}`);
  return Number.isNaN(at) ? null : { seconds: Long.fromNumber(at / 1000), nanos: Number(fraction.padEnd(9, "0")) };
}
