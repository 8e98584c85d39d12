import { goJsonString } from "../go-json.ts";
import type { WorkerInfo } from "../solver/events.ts";
import type { SolveResult } from "../solver/solve-options.ts";

/**
 * The result of a build as `docker buildx build --metadata-file` writes it: what the exporters said, by name; values
 * that are JSON in base64 as that JSON. `buildx.build.ref` is the builder, its node and the build's id in the worker's
 * history; warnings are as the worker tells them, in JSON.
 */
export function metadataJson({ exporterResponse, ref, worker }: Facts, warnings: readonly unknown[] = []): string {
  const { name, node } = worker.builder;
  const fields = new Map([...exporterResponse, ["buildx.build.ref", `${name}/${node}/${ref}`]]);
  const values = [...fields].map(([key, value]) => [key, indented(value)] as const);
  return objectJson(warnings.length > 0 ? [...values, ["buildx.build.warnings", valueJson(warnings, "  ")]] : values);
}

/** What a frontend answered to a call, in the same form: `result.json` stands as the JSON that it is. */
export function answerJson(answer: ReadonlyMap<string, string>): string {
  return objectJson(
    [...answer].map(([key, value]) => [
      key,
      key === "result.json" ? valueJson(JSON.parse(value), "  ") : goJsonString(value),
    ]),
  );
}

function objectJson(values: readonly (readonly [key: string, json: string])[]): string {
  const rows = [...values]
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([key, json]) => `  ${goJsonString(key)}: ${json}`);
  return `{\n${rows.join(",\n")}\n}`;
}

type Facts = Pick<SolveResult, "exporterResponse" | "ref"> & { readonly worker: Pick<WorkerInfo, "builder"> };

/** The digest that stands for an image, as docker's tools have it: that of its config, or of an index of several. */
export function imageId(exporterResponse: ReadonlyMap<string, string>): string {
  return exporterResponse.get("containerimage.config.digest") ?? exporterResponse.get("containerimage.digest") ?? "";
}

function indented(value: string): string {
  const object = encodedObject(value);
  return object === undefined ? goJsonString(value) : valueJson(object, "  ");
}

/** The object, or list of objects, that a text holds in base64; undefined for any other text. */
function encodedObject(value: string): object | undefined {
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  try {
    const decoded: unknown = JSON.parse(Buffer.from(value, "base64").toString("utf8"));
    if (typeof decoded !== "object" || decoded === null || Object.keys(decoded).length === 0) return undefined;
    return !Array.isArray(decoded) || decoded.every(isObject) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueJson(value: unknown, indent: string): string {
  if (typeof value === "string") return goJsonString(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close, rows] = Array.isArray(value)
    ? ["[", "]", value.map((item) => `${inner}${valueJson(item, inner)}`)]
    : ["{", "}", Object.entries(value).map(([key, item]) => `${inner}${goJsonString(key)}: ${valueJson(item, inner)}`)];
  return rows.length === 0 ? `${open}${close}` : `${open}\n${rows.join(",\n")}\n${indent}${close}`;
}
