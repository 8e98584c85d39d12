import { AppendList } from "./append-list.ts";
import { blankImage, type Healthcheck, type HistoryEntry, type Image, type ImageState } from "./image-state.ts";
import { parseTimestamp, type Timestamp } from "./timestamp.ts";

/**
 * Reads an image config as Go's `encoding/json` reads it into the structs of the Docker image specification: names of
 * fields in any case, `null` for "not given", unknown fields dropped, a value of another type an error. Undefined for
 * what is no image config.
 */
export function decodeImage(config: object | Uint8Array): Image | undefined {
  try {
    return readImage(config instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(config)) : config);
  } catch (error) {
    if (error instanceof WrongType || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class WrongType extends Error {}

function readImage(json: unknown): Image {
  const top = new Fields(json);
  const config = top.object("config");
  const rootfs = top.object("rootfs");
  const image: ImageState = {
    ...blankImage,
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
  return { image, history: AppendList.of(top.list("history").map((entry) => readHistory(new Fields(entry)))) };
}

function readHistory(entry: Fields): HistoryEntry {
  return {
    created: entry.time("created"),
    createdBy: entry.text("created_by"),
    author: entry.text("author"),
    comment: entry.text("comment"),
    emptyLayer: entry.boolean("empty_layer"),
  };
}

function readHealthcheck(fields: Fields | undefined): Healthcheck | undefined {
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

/** The members of a JSON object by their names in any case; `null` is an object without members. */
class Fields {
  readonly #json: Readonly<Record<string, unknown>>;
  /** By their names in lower case; absent where all are spelt as they are asked for, which is the usual case. */
  readonly #members: ReadonlyMap<string, unknown> | undefined;

  constructor(json: unknown) {
    this.#json = json === null || json === undefined ? {} : recordOf(json);
    this.#members = Object.keys(this.#json).every(isUsualSpelling) ? undefined : membersOf(this.#json);
  }

  text(name: string): string {
    const value = this.#get(name) ?? "";
    if (typeof value !== "string") throw new WrongType();
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#get(name) ?? false;
    if (typeof value !== "boolean") throw new WrongType();
    return value;
  }

  integer(name: string): bigint {
    const value = this.#get(name) ?? 0;
    if (typeof value !== "number" || !Number.isInteger(value)) throw new WrongType();
    return BigInt(value);
  }

  time(name: string): Timestamp | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    const timestamp = typeof value === "string" ? parseTimestamp(value) : undefined;
    if (timestamp === undefined) throw new WrongType();
    return timestamp;
  }

  list(name: string): readonly unknown[] {
    const value = this.#get(name) ?? [];
    if (!Array.isArray(value)) throw new WrongType();
    return value;
  }

  texts(name: string): readonly string[] {
    return this.list(name).map((item) => {
      if (item === null) return "";
      if (typeof item !== "string") throw new WrongType();
      return item;
    });
  }

  /** A list that may be absent, which is not the same as empty. */
  optionalTexts(name: string): readonly string[] | undefined {
    return this.#get(name) === undefined ? undefined : this.texts(name);
  }

  keys(name: string): readonly string[] {
    return this.#entries(name).map(([key, value]) => {
      if (value !== null && typeof value !== "object") throw new WrongType();
      return key;
    });
  }

  textMap(name: string): readonly (readonly [string, string])[] {
    return this.#entries(name).map(([key, value]) => {
      if (value !== null && typeof value !== "string") throw new WrongType();
      return [key, value ?? ""];
    });
  }

  object(name: string): Fields {
    return new Fields(this.#get(name));
  }

  optionalObject(name: string): Fields | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : new Fields(value);
  }

  #get(name: string): unknown {
    if (this.#members !== undefined) return this.#members.get(name.toLowerCase());
    return Object.hasOwn(this.#json, name) ? (this.#json[name] ?? undefined) : undefined;
  }

  #entries(name: string): readonly (readonly [string, unknown])[] {
    const value = this.#get(name);
    return value === undefined ? [] : Object.entries(recordOf(value));
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new WrongType();
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function membersOf(json: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const members = new Map<string, unknown>();
  for (const [name, value] of Object.entries(json)) {
    // null leaves a field of another spelling as it is, and the last other value wins.
    if (value !== null && value !== undefined) members.set(name.toLowerCase(), value);
  }
  return members;
}

const fieldNames: ReadonlySet<string> = new Set(
  (
    "architecture author comment config created created_by diff_ids empty_layer history os os.features os.version " +
    "rootfs type variant ArgsEscaped Cmd Entrypoint Env ExposedPorts Healthcheck Labels OnBuild Shell StopSignal User " +
    "Volumes WorkingDir Interval Retries StartInterval StartPeriod Test Timeout"
  ).split(" "),
);
const lowerFieldNames: ReadonlySet<string> = new Set([...fieldNames].map((name) => name.toLowerCase()));

/** Whether the name is that of a field, and not another spelling of one. */
function isUsualSpelling(name: string): boolean {
  return fieldNames.has(name) || !lowerFieldNames.has(name.toLowerCase());
}
