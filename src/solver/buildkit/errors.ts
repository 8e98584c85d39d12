import { Failure, type FailureCode, type FailureSource } from "../../failure.ts";
import type { Range } from "../../range.ts";
import { registryRemedy } from "../../registry-remedy.ts";
import { StepFailure } from "../failing-step.ts";
import type { RpcDetail, RpcError } from "./rpc-error.ts";

/** Codes of google.rpc.Code that mean something to us. */
const codes = { cancelled: 1, resourceExhausted: 8, unimplemented: 12, unavailable: 14, unauthenticated: 16 };

/**
 * Translates a worker's error, once, where it enters: what failed is told from its typed details where it has some, then
 * from its code, and only last from its words. The RpcError stays as the cause.
 */
export function translate(error: RpcError): Failure {
  const details = readDetails(error.details);
  const options = { cause: error, ...(details.source === undefined ? {} : { source: details.source }) };
  if (error.code === codes.cancelled) return new Failure("cancelled", "the build was cancelled", options);
  if (isRefusedAuth(error)) {
    const remedy = "Check the image's name, or log in to its registry with `docker login`.";
    return new Failure("auth-refused", error.message, { ...options, remedy });
  }
  if (details.exitCode !== undefined || details.vertex !== undefined) {
    const step = { vertex: details.vertex ?? "", name: "", exitCode: details.exitCode, lastLines: [] };
    const known = missingFile(error.message) === undefined ? registryRemedy(error.message) : missingFileRemedy;
    const remedy = known === undefined || details.exitCode !== undefined ? {} : { remedy: known };
    return new StepFailure(stepMessage(error.message, "a step", details.exitCode), step, { ...options, ...remedy });
  }
  if (/^failed to push /.test(error.message)) {
    const remedy = registryRemedy(error.message) ?? "Check the name that is pushed to, and that its registry takes it.";
    return new Failure("export-failed", error.message, { ...options, remedy });
  }
  const remedy = registryRemedy(error.message);
  return new Failure(codeOf(error), messageOf(error), { ...options, ...(remedy === undefined ? {} : { remedy }) });
}

/**
 * The failure of a step in words: the worker's own, but where they only repeat the command of a process that exited, or
 * speak of checksums and refs where a file is missing.
 */
export function stepMessage(message: string, step: string, exitCode: number | undefined): string {
  const missing = missingFile(message);
  if (missing !== undefined) return `${step}: there is no ${missing} to copy`;
  if (exitCode === undefined) return message;
  return exitCode === 137 && /killed/i.test(message)
    ? `${step} was killed (out of memory?)`
    : `${step} failed with exit code ${exitCode}`;
}

const missingFileRemedy =
  "Check the path in the context, or in the stage or image of --from, and that no ignore file leaves it out.";

/** The path, in quotes, that a step wanted to read and that is not there. */
function missingFile(message: string): string | undefined {
  return /failed to calculate checksum of ref \S+: ("(?:[^"\\]|\\.)*"): not found$/.exec(message)?.[1];
}

function codeOf(error: RpcError): FailureCode {
  switch (error.code) {
    case codes.unavailable:
      return "worker-unreachable";
    case codes.unimplemented:
      return "capability-missing";
    case codes.resourceExhausted:
      return /larger than max|exceeds/i.test(error.message) ? "definition-too-large" : "worker-refused";
    default:
      return "worker-refused";
  }
}

function messageOf(error: RpcError): string {
  return error.code === codes.unavailable ? `the connection to the worker broke (${error.message})` : error.message;
}

/** A registry's refusal reaches us as words: workers give it no type of its own. */
function isRefusedAuth(error: RpcError): boolean {
  return (
    error.code === codes.unauthenticated ||
    /authorization failed|insufficient_scope|no basic auth credentials|: 401 Unauthorized|: 403 Forbidden/.test(
      error.message,
    )
  );
}

interface Details {
  vertex: string | undefined;
  exitCode: number | undefined;
  source: FailureSource | undefined;
}

function readDetails(details: readonly RpcDetail[]): Details {
  const found: Details = { vertex: undefined, exitCode: undefined, source: undefined };
  for (const { typeUrl, value } of details) {
    const type = /([^/]+)\+json$/.exec(typeUrl)?.[1];
    if (type === undefined) continue;
    const json = parseJson(value);
    if (type === "errdefs.Vertex") found.vertex ??= stringAt(json, "digest");
    if (type === "gatewayapi.ExitMessage") found.exitCode ??= numberAt(json, "Code") ?? 0;
    // The innermost source is where the error arose: it comes last.
    if (type === "errdefs.Source") found.source = readSource(json) ?? found.source;
  }
  return found;
}

/** `errdefs.Source` in Go's JSON: bytes are base64, and what is zero is left out. */
function readSource(json: unknown): FailureSource | undefined {
  const info = fieldAt(json, "info");
  const ranges = fieldAt(json, "ranges");
  if (info === undefined || !Array.isArray(ranges)) return undefined;
  return {
    filename: stringAt(info, "filename") ?? "Dockerfile",
    text: Buffer.from(stringAt(info, "data") ?? "", "base64"),
    ranges: ranges.map(readRange),
  };
}

function readRange(json: unknown): Range {
  return { start: readPosition(fieldAt(json, "start")), end: readPosition(fieldAt(json, "end")) };
}

function readPosition(json: unknown) {
  return { line: numberAt(json, "line") ?? 0, character: numberAt(json, "character") ?? 0 };
}

function parseJson(value: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(value).toString("utf8"));
  } catch {
    return undefined;
  }
}

function fieldAt(json: unknown, key: string): unknown {
  if (typeof json !== "object" || json === null) return undefined;
  return new Map<string, unknown>(Object.entries(json)).get(key);
}

function stringAt(json: unknown, key: string): string | undefined {
  const value = fieldAt(json, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberAt(json: unknown, key: string): number | undefined {
  const value = fieldAt(json, key);
  return typeof value === "number" ? value : undefined;
}
