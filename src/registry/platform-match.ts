import { makePlatform, normalizePlatform, type Platform } from "../platform.ts";

/**
 * Ranks the platforms of images for a machine, as containerd's default rules do: 0 is what is asked for, higher numbers
 * are what it runs as well (older variants of its processor, 386 for amd64, 32-bit arm for arm64), undefined is what it
 * does not run.
 */
export function platformRanking(wanted: Platform): (offered: Platform) => number | undefined {
  const runnable = runnablePlatforms(normalizePlatform(wanted)).map((platform) => normalizePlatform(platform));
  return (offered) => {
    const normal = normalizePlatform(offered);
    const rank = runnable.findIndex((platform) => matches(platform, normal));
    return rank < 0 ? undefined : rank;
  };
}

/**
 * The best of several for the machine that `rank` is for; of equals, that with more features of the system, then the
 * first. What names no platform is taken when nothing else is left. Undefined: there is none.
 */
export function bestForPlatform<T extends { readonly platform?: Platform | undefined }>(
  offers: readonly T[],
  rank: (offered: Platform) => number | undefined,
): T | undefined {
  let best: { readonly offer: T; readonly rank: number; readonly features: number } | undefined;
  for (const offer of offers) {
    const { platform } = offer;
    const found = platform === undefined ? Number.POSITIVE_INFINITY : rank(platform);
    if (found === undefined) continue;
    const features = platform?.osFeatures?.length ?? 0;
    if (best === undefined || found < best.rank || (found === best.rank && features > best.features)) {
      best = { offer, rank: found, features };
    }
  }
  return best?.offer;
}

/** No processor has more versions; it keeps what a user writes from becoming a long list. */
const highestVersion = 64;

/** Minor versions of arm64's ninth version are as many of its eighth, and five more. */
const newestMinor = { v8: 9, v9: 7 } as const;

function runnablePlatforms(platform: Platform): readonly Platform[] {
  const { architecture, variant = "" } = platform;
  const as = (name: string, version = "") => makePlatform({ ...platform, architecture: name, variant: version });
  switch (architecture) {
    case "amd64":
      return [platform, ...olderVersions(variant, 1).map((version) => as("amd64", version)), as("386")];
    case "arm":
      return [platform, ...olderVersions(variant, 5).map((version) => as("arm", version))];
    case "arm64": {
      const versions = arm64Versions(variant === "" ? "v8" : variant);
      if (versions.length === 0) return [];
      const bits32 = ["v8", ...olderVersions("v8", 5)].map((version) => as("arm", version));
      return [...versions.map((version) => as("arm64", version)), ...bits32];
    }
    default:
      return [platform];
  }
}

/** From the one before `variant` down to `oldest`. */
function olderVersions(variant: string, oldest: number): readonly string[] {
  const digits = /^v?\+?(\d+)$/.exec(variant)?.[1];
  if (digits === undefined) return [];
  const newest = Math.min(Number(digits) - 1, highestVersion);
  return countDown(newest, oldest).map((version) => `v${version}`);
}

function arm64Versions(variant: string): readonly string[] {
  const match = /^(v8|v9)(?:\.(\d))?$/.exec(variant);
  const major = match?.[1] === "v9" ? "v9" : "v8";
  const minor = Number(match?.[2] ?? 0);
  if (match === null || minor > newestMinor[major]) return [];
  const ofEight = (newest: number) => countDown(newest, 0).map((each) => (each === 0 ? "v8" : `v8.${each}`));
  if (major === "v8") return ofEight(minor);
  const ofNine = countDown(minor, 0).map((each) => (each === 0 ? "v9" : `v9.${each}`));
  return [...ofNine, ...ofEight(Math.min(minor + 5, newestMinor.v8))];
}

function countDown(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => from - index);
}

/** Both in canonical form. What is offered may want fewer features than there are, never others. */
function matches(machine: Platform, offered: Platform): boolean {
  if (machine.os !== offered.os || machine.architecture !== offered.architecture) return false;
  if ((machine.variant ?? "") !== (offered.variant ?? "")) return false;
  const isWindows = machine.os === "windows";
  if (isWindows && !windowsVersionMatches(machine.osVersion ?? "", offered.osVersion ?? "")) return false;
  return (offered.osFeatures ?? []).every(
    (feature) => (isWindows && feature === "win32k") || machine.osFeatures?.includes(feature) === true,
  );
}

/** Releases of Windows Server that run the images of the release before them: 2022 and 2025, by build. */
const stableBuilds = [20348, 26100] as const;

function windowsVersionMatches(machine: string, offered: string): boolean {
  const host = windowsVersion(machine);
  if (host === undefined || offered === "") return true;
  const image = windowsVersion(offered) ?? { major: 0, minor: 0, build: 0 };
  if (host.major !== image.major || host.minor !== image.minor) return false;
  if (host.build < stableBuilds[0]) return host.build === image.build;
  const oldest = stableBuilds.findLast((build) => host.build > build) ?? stableBuilds[0];
  return oldest <= image.build && image.build <= host.build;
}

/** Undefined for what is no version with a build, and for 0.0.0. */
function windowsVersion(text: string) {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})(?:\.|$)/.exec(text);
  if (match === null) return undefined;
  const [major, minor, build] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (major > 255 || minor > 255 || build > 65_535 || (major === 0 && minor === 0 && build === 0)) return undefined;
  return { major, minor, build };
}
