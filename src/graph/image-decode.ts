import { AppendList } from "./append-list.ts";
import { ConfigFields, type ConfigForm, WrongType } from "./config-fields.ts";
import type { Healthcheck, HistoryEntry, Image, ImageState } from "./image-state.ts";
import { parseOrdered } from "./ordered-json.ts";

/**
 * Reads an image config as Go's `encoding/json` reads it into the structs of the Docker image specification: names of
 * fields in any case, `null` for "not given", unknown fields dropped, a value of another type an error. Undefined for
 * what is no image config.
 */
export function decodeImage(config: object | Uint8Array): Image | undefined {
  try {
    return config instanceof Uint8Array ? readImage(parseOrdered(config), "ordered") : readImage(config, "plain");
  } catch (error) {
    if (error instanceof WrongType || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readImage(json: unknown, form: ConfigForm): Image {
  const top = new ConfigFields([json], form);
  const config = top.object("config");
  const rootfs = top.object("rootfs");
  const image: ImageState = {
    created: top.time("created"),
    author: top.text("author"),
    platform: {
      architecture: top.text("architecture"),
      os: top.text("os"),
      osVersion: top.text("os.version"),
      osFeatures: top.optionalTexts("os.features"),
      variant: top.text("variant"),
    },
    rootfs: { type: rootfs.text("type"), diffIds: rootfs.optionalTexts("diff_ids") },
    user: config.text("User"),
    exposedPorts: AppendList.of(config.keys("ExposedPorts")),
    env: { base: config.texts("Env"), set: AppendList.of() },
    entrypoint: config.texts("Entrypoint"),
    cmd: config.texts("Cmd"),
    volumes: AppendList.of(config.keys("Volumes")),
    workingDir: config.text("WorkingDir"),
    labels: AppendList.of(config.textMap("Labels")),
    stopSignal: config.text("StopSignal"),
    argsEscaped: config.boolean("ArgsEscaped"),
    healthcheck: readHealthcheck(config.optionalObject("Healthcheck")),
    onBuild: AppendList.of(config.texts("OnBuild")),
    shell: config.texts("Shell"),
  };
  return { image, history: AppendList.of(top.objects("history").map(readHistory)) };
}

function readHistory(entry: ConfigFields): HistoryEntry {
  return {
    created: entry.time("created"),
    createdBy: entry.text("created_by"),
    author: entry.text("author"),
    comment: entry.text("comment"),
    emptyLayer: entry.boolean("empty_layer"),
  };
}

function readHealthcheck(fields: ConfigFields | undefined): Healthcheck | undefined {
  if (fields === undefined) return undefined;
  return {
    test: fields.texts("Test"),
    interval: fields.integer("Interval"),
    timeout: fields.integer("Timeout"),
    startPeriod: fields.integer("StartPeriod"),
    startInterval: fields.integer("StartInterval"),
    retries: fields.integer("Retries"),
  };
}
