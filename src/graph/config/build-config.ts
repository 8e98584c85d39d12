import type { LinuxResources } from "../../llb/op-metadata.ts";
import type { ExtraHost, NetworkMode, Ulimit } from "../../llb/vertex.ts";
import { normalizePlatform, type Platform, PlatformError, parsePlatform, platformRemedy } from "../../platform.ts";
import { parseBool, parseInt64 } from "../go-numbers.ts";
import { type CheckConfig, parseCheckConfig } from "../lint/check-config.ts";
import { checkAttestations } from "./attestations.ts";
import { type CacheImport, cacheImportsOf } from "./cache-imports.ts";
import { parseExtraHosts } from "./extra-hosts.ts";
import { invalidOption } from "./invalid-option.ts";
import { parseLinuxResources } from "./linux-resources.ts";
import { parseUlimits } from "./ulimits.ts";

/** How BuildKit resolves images: `default`, `pull` (always ask) or `local` (prefer what is there). */
export type ResolveMode = "default" | "pull" | "local";

/** The frontend options of a build, read and checked. */
export interface BuildConfig {
  /** What completes platforms that name one half. */
  readonly localPlatform: Platform;
  readonly buildPlatform: Platform;
  /** Normalised; empty where none is named. */
  readonly targetPlatforms: readonly Platform[];
  readonly multiPlatform: boolean;
  /** Empty: the last stage. */
  readonly target: string;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly cacheIdNamespace: string;
  readonly cgroupParent: string;
  readonly hostname: string;
  readonly network: NetworkMode;
  readonly resolveMode: ResolveMode;
  /** Bytes; 0 for the default. */
  readonly shmSize: bigint;
  readonly extraHosts: readonly ExtraHost[];
  readonly ulimits: readonly Ulimit[];
  readonly linuxResources: LinuxResources | undefined;
  /** Of the check option, which stands in for the directive of the Dockerfile. */
  readonly check: CheckConfig | undefined;
  /** Where to look for cache. */
  readonly cacheImports: readonly CacheImport[];
  /** Whether a stage of this name (empty for none) is built without cache. */
  isNoCache(stageName: string): boolean;
  /** All options, for what only contexts read. */
  readonly options: ReadonlyMap<string, string>;
}

/**
 * Reads frontend options as BuildKit does.
 * @throws InvalidDockerfile without a place, for the first option that is not well-formed.
 */
export function readBuildConfig(
  options: ReadonlyMap<string, string>,
  buildPlatformText: string | undefined,
  localPlatform: Platform,
): BuildConfig {
  const get = (key: string) => options.get(key) ?? "";
  refuseRemoved(options);
  checkAttestations(options);
  const buildPlatform =
    buildPlatformText === undefined ? localPlatform : platformOption(buildPlatformText, localPlatform, "build");
  const platforms = get("platform");
  const targetPlatforms =
    platforms === "" ? [] : platforms.split(",").map((text) => platformOption(text, localPlatform, "target"));
  return {
    localPlatform,
    buildPlatform,
    targetPlatforms,
    resolveMode: resolveMode(get("image-resolve-mode")),
    extraHosts: parseExtraHosts(get("add-hosts")),
    shmSize: shmSize(get("shm-size")),
    ulimits: parseUlimits(get("ulimit")),
    linuxResources: parseLinuxResources(options),
    network: networkMode(get("force-network-mode")),
    isNoCache: noCacheFilter(options.get("no-cache")),
    multiPlatform: multiPlatform(options, targetPlatforms.length),
    cacheImports: cacheImportsOf(options),
    target: get("target"),
    buildArgs: withPrefix(options, "build-arg:"),
    labels: withPrefix(options, "label:"),
    cacheIdNamespace: get("build-arg:BUILDKIT_CACHE_MOUNT_NS"),
    cgroupParent: get("cgroup-parent"),
    hostname: get("build-arg:BUILDKIT_SANDBOX_HOSTNAME") || get("hostname"),
    check: checkConfig(options.get("build-arg:BUILDKIT_DOCKERFILE_CHECK")),
    options,
  };
}

function refuseRemoved(options: ReadonlyMap<string, string>): void {
  if ((options.get("override-copy-image") ?? "") !== "") {
    throw invalidOption('the option "override-copy-image" is no longer supported; remove it');
  }
  if (parseBool(options.get("build-arg:BUILDKIT_DISABLE_FILEOP") ?? "") === true) {
    throw invalidOption("the build argument BUILDKIT_DISABLE_FILEOP is no longer supported; remove it");
  }
}

function platformOption(text: string, local: Platform, role: "build" | "target"): Platform {
  try {
    return normalizePlatform(parsePlatform(text, local), local);
  } catch (error) {
    if (error instanceof PlatformError) {
      throw invalidOption(`failed to parse ${role} platform ${text}: ${error.message}; ${platformRemedy}`);
    }
    throw error;
  }
}

function checkConfig(text: string | undefined): CheckConfig | undefined {
  if (text === undefined) return undefined;
  const result = parseCheckConfig(text);
  if (result.kind === "invalid") throw invalidOption(`the check option: ${result.problem}`);
  return result.config;
}

function resolveMode(text: string): ResolveMode {
  if (text === "" || text === "default") return "default";
  if (text === "pull" || text === "local") return text;
  throw invalidOption(`"${text}" is no way to resolve images: write default, pull or local`);
}

function shmSize(text: string): bigint {
  if (text === "") return 0n;
  const size = parseInt64(text);
  if (size === undefined) throw invalidOption(`the size of /dev/shm, "${text}", is not a number of bytes`);
  return size;
}

function networkMode(text: string): NetworkMode {
  if (text === "") return "sandbox";
  if (text === "sandbox" || text === "host" || text === "none") return text;
  throw invalidOption(`"${text}" is no network mode: write sandbox, host or none`);
}

function multiPlatform(options: ReadonlyMap<string, string>, platformCount: number): boolean {
  const text = options.get("build-arg:BUILDKIT_MULTI_PLATFORM") || options.get("multi-platform") || "";
  if (text === "") return platformCount > 1;
  const wanted = parseBool(text);
  if (wanted === undefined) throw invalidOption(`multi-platform is "${text}": write true or false`);
  if (!wanted && platformCount > 1) {
    throw invalidOption("several target platforms are given while a result for several platforms is refused");
  }
  return wanted;
}

function noCacheFilter(option: string | undefined): (stageName: string) => boolean {
  if (option === undefined) return () => false;
  if (option === "") return () => true;
  const names = new Set(option.split(",").map(foldCase));
  return (stageName) => names.has(foldCase(stageName));
}

/**
 * Texts that Go's `strings.EqualFold` finds equal to the name of a stage become that name. Such names are ASCII, into
 * which two other letters fold: the Kelvin sign, which is lower-cased to it, and the long s, which is not.
 */
function foldCase(name: string): string {
  return name.toLowerCase().replaceAll("\u017f", "s");
}

function withPrefix(options: ReadonlyMap<string, string>, prefix: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of options) if (key.startsWith(prefix)) found.set(key.slice(prefix.length), value);
  return found;
}
