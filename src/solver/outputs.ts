import { resolve } from "node:path";
import { Failure } from "../failure.ts";
import { ownValue } from "../own-value.ts";
import { annotationAttrs } from "./annotations.ts";
import type { ExportTarget } from "./buildkit/attachable.ts";
import type { ContentFolder } from "./buildkit/content/content-folder.ts";
import { storeName } from "./buildkit/content/content-store.ts";
import type { Engine } from "./buildkit/engine.ts";
import { pushedNames } from "./node-outputs.ts";
import type { SolveOptions, SolveOutput } from "./solve-options.ts";

/** What the worker is asked to export, and what takes it here. */
export interface ExportPlan {
  readonly exporters: readonly Exporter[];
  /** By the place of the exporter. */
  readonly targets: ReadonlyMap<number, ExportTarget>;
  /** Folders that get an image blob by blob, by the worker's names for them. */
  readonly stores: ReadonlyMap<string, ContentFolder>;
  /** The names under which the client is to push the image itself, since the worker does not. */
  readonly pushed: readonly string[];
}

export interface Exporter {
  /** By the worker's name for it. */
  readonly type: string;
  readonly attrs: ReadonlyMap<string, string>;
}

/** Who exports. */
export interface ExportingWorker {
  readonly protocol: "docker" | "buildkit";
  /** A Docker engine that has images in a store of its own: it makes none but those, of one platform each. */
  readonly keepsOwnImages?: boolean | undefined;
  /** Without outputs the image is loaded into the Docker engine. */
  readonly defaultLoad?: boolean | undefined;
  /** Finds the engine of a Docker context, or of the current one, as a place to load an image into. */
  readonly findEngine: (context: string | undefined) => Promise<Engine>;
}

export type ExportOptions = Pick<SolveOptions, "outputs" | "push" | "tags" | "platforms" | "annotations">;

/**
 * Turns outputs into exporters of a worker. A Docker engine calls its image exporter `moby`, and loads an image by
 * exporting it there; another engine is sent an archive. Without any output a Docker engine keeps the image, and any
 * other worker nothing but its cache.
 *
 * Rejects with a Failure `usage` for outputs that no worker can make, or as `findEngine` does.
 */
export async function planExports(options: ExportOptions, worker: ExportingWorker): Promise<ExportPlan> {
  const exporters: Exporter[] = [];
  const targets = new Map<number, ExportTarget>();
  const stores = new Map<string, ContentFolder>();
  for (const output of wantedOutputs(options, worker)) {
    if (output.type === "cacheonly") continue;
    if (worker.keepsOwnImages === true) refuseElsewhere(output, options);
    const { type, target, folder } = await planOutput(output, options, worker);
    if (target !== undefined) targets.set(exporters.length, target);
    if (folder !== undefined) addStore(stores, folder);
    exporters.push({ type, attrs: exporterAttrs(output, options) });
  }
  return { exporters, targets, stores, pushed: worker.keepsOwnImages === true ? pushedNames(options).names : [] };
}

function wantedOutputs(
  { outputs = [], push }: ExportOptions,
  { protocol, defaultLoad }: ExportingWorker,
): readonly SolveOutput[] {
  if (push === true && !outputs.some((output) => output.type === "image")) return [...outputs, { type: "image" }];
  if (outputs.length === 0 && defaultLoad === true) return [{ type: "docker" }];
  return outputs.length === 0 && protocol === "docker" ? [{ type: "image" }] : outputs;
}

interface PlannedOutput {
  readonly type: string;
  readonly target?: ExportTarget;
  /** Where an image goes blob by blob. */
  readonly folder?: string;
}

async function planOutput(
  output: SolveOutput,
  options: ExportOptions,
  worker: ExportingWorker,
): Promise<PlannedOutput> {
  const { type, dest } = output;
  switch (type) {
    case "image":
      refuseDest(output);
      return { type: worker.protocol === "docker" ? "moby" : type };
    case "cacheonly":
      refuseDest(output);
      return { type };
    case "local":
      return { type, target: { kind: "folder", path: folderOf(output) } };
    case "docker":
      if (dest === undefined) return planLoad(output, options, worker);
      if ((options.platforms ?? []).length > 1) {
        throw new Failure("usage", "a Docker archive holds an image of one platform", {
          remedy: "Use type=oci for several platforms.",
        });
      }
      break;
    case "oci":
    case "tar":
      break;
  }
  if (type !== "tar" && isFalse(ownValue(output.attrs, "tar"))) return { type, folder: folderOf(output) };
  return { type, target: archiveTarget(output) };
}

/** What an engine with a store of its own cannot make. */
function refuseElsewhere({ type, dest, attrs = {} }: SolveOutput, { platforms = [] }: ExportOptions): void {
  const isArchive = type === "oci" || (type === "docker" && (dest !== undefined || Object.hasOwn(attrs, "context")));
  const isImage = isArchive || type === "image" || type === "docker";
  const what = isArchive ? `make archives (type=${type})` : "make images of several platforms";
  if (!isArchive && !(isImage && platforms.length > 1)) return;
  throw new Failure("usage", `a Docker engine with an image store of its own does not ${what}`, {
    remedy: "Turn on its containerd image store (features.containerd-snapshotter), or build with another worker.",
  });
}

/** The engine that builds has the image at once; any other is sent it. */
async function planLoad(
  output: SolveOutput,
  { platforms = [] }: ExportOptions,
  { protocol, findEngine }: ExportingWorker,
): Promise<PlannedOutput> {
  const context = ownValue(output.attrs, "context");
  if (protocol === "docker" && context === undefined) return { type: "moby" };
  const { endpoint, takesOci } = await findEngine(context);
  if (!takesOci && platforms.length > 1) {
    throw new Failure("usage", `the Docker engine at ${endpoint.text} keeps images of one platform only`, {
      remedy: "Build for one platform, or turn on the engine's containerd image store.",
    });
  }
  return { type: takesOci ? "oci" : "docker", target: { kind: "engine", endpoint } };
}

function addStore(stores: Map<string, ContentFolder>, path: string): void {
  if (stores.size > 0) {
    throw new Failure("usage", "a worker writes one image blob by blob into a folder, and not several", {
      remedy: "Leave out tar=false in all outputs but one.",
    });
  }
  stores.set(storeName.export, { path, writable: true });
}

function exporterAttrs(
  { type, attrs }: SolveOutput,
  { tags = [], push, annotations = [] }: ExportOptions,
): Map<string, string> {
  const result = new Map(Object.entries(attrs ?? {}));
  const isImage = type === "image" || type === "oci" || type === "docker";
  if (isImage && tags.length > 0) result.set("name", tags.join(","));
  if (isImage) for (const [name, value] of annotationAttrs(annotations)) result.set(name, value);
  if (type === "image" && push === true) result.set("push", "true");
  if (type === "docker") result.delete("context");
  if (!isTrue(result.get("push"))) return result;
  if ((result.get("name") ?? "") === "") {
    throw new Failure("usage", "an image that is pushed needs a name", { remedy: "Give one in tags (-t)." });
  }
  // Whoever pushes does not run it here: its layers need not be unpacked.
  if (!result.has("unpack")) result.set("unpack", "false");
  return result;
}

function folderOf({ type, dest }: SolveOutput): string {
  if (typeof dest !== "string" || dest === "") throw needsDest(type, "a folder");
  return resolve(dest);
}

function archiveTarget({ type, dest }: SolveOutput): ExportTarget {
  if (dest === undefined || dest === "") throw needsDest(type, "a file");
  return typeof dest === "string" ? { kind: "file", path: resolve(dest) } : { kind: "stream", stream: dest };
}

function refuseDest({ type, dest }: SolveOutput): void {
  if (dest === undefined) return;
  throw new Failure("usage", `type=${type} has no dest`, {
    remedy: "Use type=oci or type=docker for an image in a file, type=local for its files in a folder.",
  });
}

function needsDest(type: string, what: string): Failure {
  return new Failure("usage", `type=${type} needs ${what} as its dest`, {
    remedy: `Say where in dest (-o type=${type},dest=PATH).`,
  });
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(1|t|true)$/i.test(value);
}

function isFalse(value: string | undefined): boolean {
  return value !== undefined && /^(0|f|false)$/i.test(value);
}
