import { goQuote } from "./go-quote.ts";
import { joinPath } from "./slash-path.ts";
import { decodeUtf8 } from "./utf8.ts";

/** A platform as OCI names it. Absent fields are "not given", which is not the same as empty for `osFeatures`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
}

/** What a specifier that names only one half of a platform is completed from. */
export interface LocalPlatform {
  readonly os: string;
  readonly architecture: string;
}

/** The platform of nearly all workers: what stands where neither the user nor a worker names one. */
export const defaultPlatform: Platform = { os: "linux", architecture: "amd64" };

/** Thrown by `parsePlatform` alone: the text is no platform. The message says why in containerd's words. */
export class PlatformError extends Error {
  override readonly name = "PlatformError";
}

/** How platforms are written, for those who tell of a PlatformError. */
export const platformRemedy = "write os/architecture or os/architecture/variant, such as linux/arm64/v8";

/**
 * Reads `os[(version+feature…)]`, `architecture`, `os/architecture` or `os/architecture/variant`, as containerd does:
 * other names of an architecture become the usual one, and what only names one half is completed from `local`.
 * @throws PlatformError
 */
export function parsePlatform(text: string, local: LocalPlatform = defaultPlatform): Platform {
  if (text.includes("*")) throw invalid(text, "wildcards not yet supported");
  const [osPart = "", ...components] = text.split("/");
  const osMatch = osPattern.exec(osPart);
  if (osMatch === null) {
    const problem = `is an invalid OS component of ${goQuote(text)}: OSAndVersion specifier component`;
    throw new PlatformError(`${goQuote(osPart)} ${problem} must match ${goQuote(osPattern.source)}: invalid argument`);
  }
  const os = normalizeOs(osMatch[1] ?? "", local);
  const osVersion = decodeOption(osMatch[2] ?? "", text, `has an invalid OS version ${goQuote(osMatch[2] ?? "")}`);
  const osFeatures = parseFeatures(osMatch[3] ?? "", text);
  // A fourth part is looked at with all that stands behind it, slashes included.
  const limited = components.length > 2 ? [...components.slice(0, 2), components.slice(2).join("/")] : components;
  const odd = limited.find((part) => !componentPattern.test(part));
  if (odd !== undefined) {
    const problem = `is an invalid component of ${goQuote(text)}: platform specifier component`;
    throw new PlatformError(
      `${goQuote(odd)} ${problem} must match ${goQuote(componentPattern.source)}: invalid argument`,
    );
  }
  if (components.length > 2) throw invalid(text, "cannot parse platform specifier");
  const [architecturePart, variantPart] = components;
  if (architecturePart === undefined) {
    if (knownSystems.has(os)) return makePlatform({ os, architecture: local.architecture, osVersion, osFeatures });
    const [architecture, variant] = normalizeArchitecture(osPart, "");
    if (!knownArchitectures.has(architecture)) throw invalid(text, "unknown operating system or architecture");
    return makePlatform({
      os: local.os,
      architecture,
      variant: usualVariant(architecture, variant),
      osVersion,
      osFeatures,
    });
  }
  const [architecture, variant] = normalizeArchitecture(architecturePart, variantPart ?? "");
  if (variantPart === undefined) {
    return makePlatform({ os, architecture, variant: usualVariant(architecture, variant), osVersion, osFeatures });
  }
  const written = architecture === "arm64" && variant === "" ? "v8" : variant;
  return makePlatform({ os, architecture, variant: written, osVersion, osFeatures });
}

/** The canonical form: usual names, `v1` of amd64 and `v8` of arm64 left out, features sorted without repeats. */
export function normalizePlatform(platform: Platform, local: LocalPlatform = defaultPlatform): Platform {
  const [architecture, variant] = normalizeArchitecture(platform.architecture, platform.variant ?? "");
  return makePlatform({
    os: normalizeOs(platform.os, local),
    architecture,
    variant,
    osVersion: platform.osVersion,
    osFeatures: platform.osFeatures === undefined ? undefined : sortedFeatures(platform.osFeatures),
  });
}

/** `os/architecture[/variant]`; `unknown` without os. */
export function formatPlatform(platform: Platform): string {
  return platform.os === "" ? "unknown" : joinPath(platform.os, platform.architecture, platform.variant ?? "");
}

/** Like `formatPlatform`, with the version of the system and its features in parentheses behind the os. */
export function formatPlatformFully(platform: Platform): string {
  if (platform.os === "") return "unknown";
  if (platform.osVersion === undefined && platform.osFeatures === undefined) return formatPlatform(platform);
  const version = encodeOption(platform.osVersion ?? "");
  const features = sortedFeatures(platform.osFeatures ?? [])
    .filter((feature) => feature !== "")
    .map(encodeOption);
  const options = features.length === 0 ? version : `${version}+${features.join("+")}`;
  const os = options === "" ? platform.os : `${platform.os}(${options})`;
  return joinPath(os, platform.architecture, platform.variant ?? "");
}

/** A platform without the fields that are empty. */
export function makePlatform(fields: {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
  readonly osVersion?: string | undefined;
  readonly osFeatures?: readonly string[] | undefined;
}): Platform {
  const { os, architecture, variant, osVersion, osFeatures } = fields;
  const platform: { -readonly [Key in keyof Platform]: Platform[Key] } = { os, architecture };
  if (variant !== undefined && variant !== "") platform.variant = variant;
  if (osVersion !== undefined && osVersion !== "") platform.osVersion = osVersion;
  if (osFeatures !== undefined) platform.osFeatures = osFeatures;
  return platform;
}

const osPattern = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$/;
const componentPattern = /^[A-Za-z0-9_.-]+$/;

const knownSystems = new Set(
  "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos".split(
    " ",
  ),
);
const knownArchitectures = new Set(
  (
    "386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 " +
    "mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm"
  ).split(" "),
);

function normalizeOs(os: string, local: LocalPlatform): string {
  if (os === "") return local.os;
  const lower = os.toLowerCase();
  return lower === "macos" ? "darwin" : lower;
}

function normalizeArchitecture(givenArchitecture: string, givenVariant: string): readonly [string, string] {
  const architecture = givenArchitecture.toLowerCase();
  const variant = givenVariant.toLowerCase();
  switch (architecture) {
    case "i386":
      return ["386", ""];
    case "x86_64":
    case "x86-64":
    case "amd64":
      return ["amd64", variant === "v1" ? "" : variant];
    case "aarch64":
    case "arm64":
      if (variant === "8" || variant === "v8" || variant === "v8.0") return ["arm64", ""];
      if (variant === "9" || variant === "9.0" || variant === "v9.0") return ["arm64", "v9"];
      return ["arm64", variant];
    case "armhf":
      return ["arm", "v7"];
    case "armel":
      return ["arm", "v6"];
    case "arm":
      if (variant === "" || variant === "7") return ["arm", "v7"];
      return ["arm", variant === "5" || variant === "6" || variant === "8" ? `v${variant}` : variant];
    default:
      return [architecture, variant];
  }
}

/** The variant that a specifier without one stands for: arm is v7 unsaid. */
function usualVariant(architecture: string, variant: string): string {
  return architecture === "arm" && variant === "v7" ? "" : variant;
}

function parseFeatures(text: string, specifier: string): readonly string[] | undefined {
  const features = text
    .split("+")
    .slice(1)
    .map((feature) =>
      decodeOption(feature, specifier, `has invalid OS features: invalid os feature ${goQuote(feature)}`),
    )
    .filter((feature) => feature !== "");
  return features.length === 0 ? undefined : features;
}

function sortedFeatures(features: readonly string[]): readonly string[] {
  return features.length < 2 ? features : [...new Set(features)].sort();
}

function encodeOption(text: string): string {
  return text.replace(/[%+()/]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Undoes percent-encoding, where any byte may be encoded. */
function decodeOption(text: string, specifier: string, problem: string): string {
  const [wrong] = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(text) ?? [];
  if (wrong !== undefined) {
    throw new PlatformError(`${goQuote(specifier)} ${problem}: invalid URL escape ${goQuote(wrong)}`);
  }
  if (!text.includes("%")) return text;
  // All else in it is ASCII.
  const bytes = text.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return decodeUtf8(Buffer.from(bytes, "latin1"));
}

function invalid(text: string, problem: string): PlatformError {
  return new PlatformError(`${goQuote(text)}: ${problem}: invalid argument`);
}
