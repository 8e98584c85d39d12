import fc from "fast-check";
import { expect, test } from "vitest";
import { type Platform, parsePlatform } from "../../src/platform.ts";
import { bestForPlatform, platformRanking } from "../../src/registry/platform-match.ts";

/** Of the platforms offered, the best for the wanted one. */
function best(wanted: string, ...offered: readonly string[]): string | undefined {
  const offers = offered.map((name) => ({ name, platform: name === "" ? undefined : written(name) }));
  return bestForPlatform(offers, platformRanking(parsePlatform(wanted)))?.name;
}

/** As it stands in an index: nothing is filled in. */
function written(text: string): Platform {
  const [system = "", architecture = "", variant] = text.split("/");
  const [, os = "", osVersion, features] = /^([^(]*)(?:\(([^+)]*)((?:\+[^+)]*)*)\))?$/.exec(system) ?? [];
  return {
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    ...(osVersion ? { osVersion } : {}),
    ...(features ? { osFeatures: features.slice(1).split("+") } : {}),
  };
}

test.each([
  ["linux/amd64", ["linux/arm64", "linux/amd64"], "linux/amd64"],
  ["linux/amd64", ["linux/386", "linux/amd64"], "linux/amd64"],
  ["linux/amd64", ["linux/386"], "linux/386"],
  ["linux/amd64", ["linux/amd64/v2"], undefined],
  ["linux/amd64", ["linux/amd64/v1"], "linux/amd64/v1"],
  ["linux/amd64/v3", ["linux/amd64", "linux/amd64/v2", "linux/amd64/v4"], "linux/amd64/v2"],
  ["linux/amd64/v3", ["linux/386", "linux/amd64"], "linux/amd64"],
  ["linux/386", ["linux/amd64"], undefined],
  ["linux/arm/v7", ["linux/arm/v5", "linux/arm/v6", "linux/arm/v8"], "linux/arm/v6"],
  ["linux/arm/v7", ["linux/arm/v5"], "linux/arm/v5"],
  ["linux/arm", ["linux/arm/v6", "linux/arm/v7"], "linux/arm/v7"],
  ["linux/arm/v7", ["linux/arm/v6", "linux/arm"], "linux/arm"],
  ["linux/arm/v6", ["linux/arm/v7"], undefined],
  ["linux/arm64", ["linux/arm64/v8"], "linux/arm64/v8"],
  ["linux/arm64/v8", ["linux/arm64"], "linux/arm64"],
  ["linux/arm64", ["linux/arm/v7", "linux/arm/v8"], "linux/arm/v8"],
  ["linux/arm64", ["linux/arm64/v8.1"], undefined],
  ["linux/arm64/v8.3", ["linux/arm64", "linux/arm64/v8.2"], "linux/arm64/v8.2"],
  ["linux/arm64/v9", ["linux/arm64", "linux/arm64/v8.5", "linux/arm64/v8.6"], "linux/arm64/v8.5"],
  ["linux/arm64/v9.7", ["linux/arm64/v8.9", "linux/arm64/v9.1"], "linux/arm64/v9.1"],
  ["linux/arm64/v9.8", ["linux/arm64", "linux/arm/v7"], undefined],
  ["linux/amd64", ["LINUX/x86_64"], "LINUX/x86_64"],
  ["linux/riscv64", ["linux/amd64", "linux/riscv64"], "linux/riscv64"],
  ["darwin/arm64", ["linux/arm64"], undefined],
  // What says nothing comes last, whatever its place.
  ["linux/amd64", ["", "linux/386"], "linux/386"],
  ["linux/amd64", ["linux/s390x", ""], ""],
  ["linux/amd64", ["linux/amd64", "linux/amd64"], "linux/amd64"],
  ["linux/amd64", ["unknown/unknown"], undefined],
] as const)("%s of %j is %s", (wanted, offered, expected) => {
  expect(best(wanted, ...offered)).toBe(expected);
});

test.each([
  // Windows of one build runs that build; since 2022, what came since the release before.
  ["windows(10.0.17763)/amd64", ["windows(10.0.17763.5)/amd64"], "windows(10.0.17763.5)/amd64"],
  ["windows(10.0.17763)/amd64", ["windows(10.0.17764)/amd64"], undefined],
  ["windows(10.0.26100)/amd64", ["windows(10.0.20348.1)/amd64"], "windows(10.0.20348.1)/amd64"],
  ["windows(10.0.26100)/amd64", ["windows(10.0.17763.1)/amd64"], undefined],
  ["windows(10.0.27000)/amd64", ["windows(10.0.20348.1)/amd64"], undefined],
  ["windows(10.0.20348)/amd64", ["windows(10.0.26100)/amd64"], undefined],
  ["windows(10.0.20348)/amd64", ["windows/amd64"], "windows/amd64"],
  ["windows/amd64", ["windows(10.0.20348)/amd64"], "windows(10.0.20348)/amd64"],
  ["windows/amd64", ["windows(+win32k)/amd64"], "windows(+win32k)/amd64"],
  // Features that the machine lacks rule an image out; of two that fit, more features win.
  ["linux/amd64", ["linux(+a)/amd64"], undefined],
  ["linux(+a+b)/amd64", ["linux/amd64", "linux(+b)/amd64"], "linux(+b)/amd64"],
  ["linux(5)/amd64", ["linux(6)/amd64"], "linux(6)/amd64"],
] as const)("%s of %j is %s, by system version and features", (wanted, offered, expected) => {
  expect(best(wanted, ...offered)).toBe(expected);
});

test("any platform runs itself best, and long numbers cost nothing", () => {
  const part = fc.constantFrom("amd64", "arm", "arm64", "386", "riscv64", "x");
  const variant = fc.option(
    fc.oneof(
      fc.nat().map((number) => `v${number}`),
      fc.string(),
    ),
    { nil: undefined },
  );
  fc.assert(
    fc.property(part, variant, (architecture, name) => {
      const platform: Platform = { os: "linux", architecture, ...(name === undefined ? {} : { variant: name }) };
      const rank = platformRanking(platform)(platform);
      // An unknown variant of arm64 runs nothing: this is how the reference has it.
      expect(architecture === "arm64" ? (rank ?? 0) : rank).toBe(0);
    }),
  );
});
