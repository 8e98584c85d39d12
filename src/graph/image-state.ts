import { makePlatform, type Platform } from "../platform.ts";
import { AppendList } from "./append-list.ts";
import type { Timestamp } from "./timestamp.ts";

/**
 * The image config of a stage while its instructions run. What instructions add to is kept as the base's values and
 * a list of additions, so that an instruction costs the same whatever came before; `image-json.ts` settles both.
 */
export interface ImageState {
  readonly author: string;
  /** Only in base images as they were resolved: a build starts without. */
  readonly created: Timestamp | undefined;
  readonly platform: ImagePlatform;
  readonly rootfs: { readonly type: string; readonly diffIds: readonly string[] | undefined };
  readonly user: string;
  readonly exposedPorts: AppendList<string>;
  /** `KEY=value` entries of the base, which may repeat a key, and what was set since. */
  readonly env: { readonly base: readonly string[]; readonly set: AppendList<readonly [string, string]> };
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly volumes: AppendList<string>;
  readonly workingDir: string;
  readonly labels: AppendList<readonly [string, string]>;
  readonly stopSignal: string;
  readonly argsEscaped: boolean;
  readonly healthcheck: Healthcheck | undefined;
  readonly onBuild: AppendList<string>;
  readonly shell: readonly string[];
}

/** As the config writes them: empty where not given, unlike `Platform`. */
export interface ImagePlatform {
  readonly architecture: string;
  readonly os: string;
  readonly variant: string;
  readonly osVersion: string;
  readonly osFeatures: readonly string[] | undefined;
}

/** Durations in nanoseconds; zero means the default. */
export interface Healthcheck {
  readonly test: readonly string[];
  readonly interval: bigint;
  readonly timeout: bigint;
  readonly startPeriod: bigint;
  readonly startInterval: bigint;
  readonly retries: bigint;
}

export interface HistoryEntry {
  readonly created: Timestamp | undefined;
  readonly createdBy: string;
  readonly author: string;
  readonly comment: string;
  readonly emptyLayer: boolean;
}

/** An image config with its history, which stages carry side by side. */
export interface Image {
  readonly image: ImageState;
  readonly history: AppendList<HistoryEntry>;
}

const pathOfUnix = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The PATH that an image gets when it has none; Windows images are left to the system. */
export function defaultPath(os: string): string | undefined {
  return os === "windows" ? undefined : pathOfUnix;
}

/** The config that `FROM scratch` starts with. */
export function scratchImage(platform: Platform): Image {
  const path = defaultPath(platform.os);
  return {
    image: {
      ...blankImage,
      platform: imagePlatformOf(platform),
      rootfs: { type: "layers", diffIds: undefined },
      workingDir: "/",
      env: { base: path === undefined ? [] : [`PATH=${path}`], set: AppendList.of() },
    },
    history: AppendList.of(),
  };
}

/** A config in which nothing is set. */
export const blankImage: ImageState = {
  author: "",
  created: undefined,
  platform: { architecture: "", os: "", variant: "", osVersion: "", osFeatures: undefined },
  rootfs: { type: "", diffIds: undefined },
  user: "",
  exposedPorts: AppendList.of(),
  env: { base: [], set: AppendList.of() },
  entrypoint: [],
  cmd: [],
  volumes: AppendList.of(),
  workingDir: "",
  labels: AppendList.of(),
  stopSignal: "",
  argsEscaped: false,
  healthcheck: undefined,
  onBuild: AppendList.of(),
  shell: [],
};

/** The platform that an image config is for. */
export function platformOfImage(image: ImagePlatform): Platform {
  return makePlatform(image);
}

/** A platform as an image config writes it. */
export function imagePlatformOf(platform: Platform): ImagePlatform {
  return {
    architecture: platform.architecture,
    os: platform.os,
    variant: platform.variant ?? "",
    osVersion: platform.osVersion ?? "",
    osFeatures: platform.osFeatures,
  };
}

/** The `KEY=value` entries: what was set replaces the first entry of its key, or is added at the end. */
export function imageEnv(image: ImageState): readonly string[] {
  const { base, set } = image.env;
  if (set.length === 0) return base;
  const entries = [...base];
  const places = new Map<string, number>();
  entries.forEach((entry, index) => {
    const key = splitEnv(entry)[0];
    if (!places.has(key)) places.set(key, index);
  });
  for (const [key, value] of set) {
    // A key that is set may hold "=": what is looked for is then the part before it.
    const place = places.get(key);
    const entry = `${key}=${value}`;
    if (place !== undefined) {
      entries[place] = entry;
    } else {
      const name = splitEnv(entry)[0];
      if (!places.has(name)) places.set(name, entries.length);
      entries.push(entry);
    }
  }
  return entries;
}

/** An entry of `Env` cut at its first `=`. */
export function splitEnv(entry: string): readonly [string, string] {
  const equals = entry.indexOf("=");
  return equals < 0 ? [entry, ""] : [entry.slice(0, equals), entry.slice(equals + 1)];
}
