import { resolve } from "node:path";
import { Failure } from "../failure.ts";
import type { ExportTarget } from "./buildkit/attachable.ts";
import type { SolveOptions, SolveOutput } from "./solve-options.ts";

/** What the worker is asked to export, and what takes its bytes here, by the place of the exporter. */
export interface ExportPlan {
  readonly exporters: readonly Exporter[];
  readonly targets: ReadonlyMap<number, ExportTarget>;
}

export interface Exporter {
  /** By the worker's name for it. */
  readonly type: string;
  readonly attrs: ReadonlyMap<string, string>;
}

export type ExportOptions = Pick<SolveOptions, "outputs" | "push" | "tags" | "platforms">;

/**
 * Turns outputs into exporters of a worker. A Docker engine calls its image exporter `moby`, and loads an image by
 * exporting it there. Without any output a Docker engine keeps the image, and any other worker nothing but its cache.
 *
 * Throws a Failure `usage` for outputs that no worker can make.
 */
export function planExports(options: ExportOptions, protocol: "docker" | "buildkit"): ExportPlan {
  const exporters: Exporter[] = [];
  const targets = new Map<number, ExportTarget>();
  for (const output of wantedOutputs(options, protocol)) {
    if (output.type === "cacheonly") continue;
    const target = targetOf(output, options);
    if (target !== undefined) targets.set(exporters.length, target);
    exporters.push({ type: exporterType(output, protocol), attrs: exporterAttrs(output, options) });
  }
  return { exporters, targets };
}

function wantedOutputs({ outputs = [], push }: ExportOptions, protocol: "docker" | "buildkit"): readonly SolveOutput[] {
  if (push === true && !outputs.some((output) => output.type === "image")) return [...outputs, { type: "image" }];
  return outputs.length === 0 && protocol === "docker" ? [{ type: "image" }] : outputs;
}

function exporterType({ type, dest }: SolveOutput, protocol: "docker" | "buildkit"): string {
  const loads = type === "docker" && dest === undefined;
  if (loads && protocol === "buildkit") {
    throw new Failure("usage", "the worker has no Docker engine to load the image into", {
      remedy:
        "Write an archive, -o type=docker,dest=FILE, and `docker load -i` it, or build on the engine with --addr docker://.",
    });
  }
  return protocol === "docker" && (type === "image" || loads) ? "moby" : type;
}

function exporterAttrs({ type, attrs }: SolveOutput, { tags = [], push }: ExportOptions): Map<string, string> {
  const result = new Map(Object.entries(attrs ?? {}));
  const named = type === "image" || type === "oci" || type === "docker";
  if (named && tags.length > 0) result.set("name", tags.join(","));
  if (type === "image" && push === true) result.set("push", "true");
  if (isTrue(result.get("push")) && (result.get("name") ?? "") === "") {
    throw new Failure("usage", "an image that is pushed needs a name", { remedy: "Give one with -t." });
  }
  return result;
}

function targetOf(output: SolveOutput, { platforms = [] }: ExportOptions): ExportTarget | undefined {
  const { type, dest, attrs } = output;
  switch (type) {
    case "cacheonly":
    case "image":
      return refuseDest(output);
    case "local":
      if (typeof dest !== "string" || dest === "") throw needsDest(type, "a folder");
      return { kind: "folder", path: resolve(dest) };
    case "docker":
      if (platforms.length > 1 && dest !== undefined) {
        throw new Failure("usage", "a Docker archive holds an image of one platform", {
          remedy: "Use type=oci for several platforms.",
        });
      }
      return dest === undefined ? undefined : archiveTarget(output);
    case "oci":
    case "tar":
      if (dest === undefined || dest === "") throw needsDest(type, "a file");
      if (attrs !== undefined && isFalse(new Map(Object.entries(attrs)).get("tar"))) {
        throw new Failure("usage", `type=${type} is written as an archive only (tar=false is not supported)`, {
          remedy: "Leave tar=false out and unpack the archive.",
        });
      }
      return archiveTarget(output);
  }
}

function archiveTarget({ type, dest }: SolveOutput): ExportTarget {
  if (dest === undefined || dest === "") throw needsDest(type, "a file");
  return typeof dest === "string" ? { kind: "file", path: resolve(dest) } : { kind: "stream", stream: dest };
}

function refuseDest({ type, dest }: SolveOutput): undefined {
  if (dest === undefined) return undefined;
  throw new Failure("usage", `type=${type} has no dest`, {
    remedy: "Use type=oci or type=docker for an image in a file, type=local for its files in a folder.",
  });
}

function needsDest(type: string, what: string): Failure {
  return new Failure("usage", `type=${type} needs ${what} as its dest`, {
    remedy: `Say where: -o type=${type},dest=PATH.`,
  });
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(1|t|true)$/i.test(value);
}

function isFalse(value: string | undefined): boolean {
  return value !== undefined && /^(0|f|false)$/i.test(value);
}
