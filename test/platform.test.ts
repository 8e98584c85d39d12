import { describe, expect, it } from "vitest";
import {
  formatPlatform,
  formatPlatformFully,
  normalizePlatform,
  PlatformError,
  parsePlatform,
} from "../src/platform.ts";

describe("platforms", () => {
  it.each([
    ["linux/amd64", "linux/amd64"],
    ["linux/x86_64", "linux/amd64"],
    ["Linux/AMD64/v1", "linux/amd64"],
    ["linux/amd64/v3", "linux/amd64/v3"],
    ["linux/aarch64", "linux/arm64"],
    ["linux/arm64/v8", "linux/arm64/v8"],
    ["linux/arm64/9", "linux/arm64/v9"],
    ["linux/arm", "linux/arm"],
    ["linux/arm/7", "linux/arm/v7"],
    ["linux/armel", "linux/arm/v6"],
    ["linux/armhf", "linux/arm"],
    ["macos", "darwin/amd64"],
    ["arm64", "linux/arm64"],
    ["linux", "linux/amd64"],
    ["windows(10.0.17763)/amd64", "windows/amd64"],
    ["made-up/cpu", "made-up/cpu"],
  ])("reads %s as %s", (text, expected) => {
    expect(formatPlatform(parsePlatform(text))).toBe(expected);
  });

  it("keeps the version of the system and its features, sorted, in the full form", () => {
    const platform = parsePlatform("windows(10.0.17763+win32k+abc)/amd64");
    expect(platform.osVersion).toBe("10.0.17763");
    expect(formatPlatformFully(platform)).toBe("windows(10.0.17763+abc+win32k)/amd64");
    expect(formatPlatformFully({ os: "linux", architecture: "amd64", osVersion: "a+b" })).toBe("linux(a%2Bb)/amd64");
  });

  it("completes one half from the local platform", () => {
    expect(formatPlatform(parsePlatform("linux", { os: "linux", architecture: "arm64" }))).toBe("linux/arm64");
  });

  it("leaves the variant that goes without saying out of the canonical form", () => {
    expect(formatPlatform(normalizePlatform(parsePlatform("linux/arm64/v8")))).toBe("linux/arm64");
    expect(formatPlatform(normalizePlatform(parsePlatform("linux/arm")))).toBe("linux/arm/v7");
  });

  const osPattern = '"^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$"';
  const componentPattern = '"^[A-Za-z0-9_.-]+$"';

  it.each([
    ["", `"" is an invalid OS component of "": OSAndVersion specifier component must match ${osPattern}`],
    ["linux/*", '"linux/*": wildcards not yet supported'],
    ["linux/amd64/v1/x", '"linux/amd64/v1/x": cannot parse platform specifier'],
    [
      "linux/amd64/v1/x/y",
      `"x/y" is an invalid component of "linux/amd64/v1/x/y": platform specifier component must match ${componentPattern}`,
    ],
    ["nonsense", '"nonsense": unknown operating system or architecture'],
    ["linux/", `"" is an invalid component of "linux/": platform specifier component must match ${componentPattern}`],
    [
      "linux//v7",
      `"" is an invalid component of "linux//v7": platform specifier component must match ${componentPattern}`,
    ],
    [
      "linux/\u0001",
      `"\\x01" is an invalid component of "linux/\\x01": platform specifier component must match ${componentPattern}`,
    ],
    [
      "linux(1",
      `"linux(1" is an invalid OS component of "linux(1": OSAndVersion specifier component must match ${osPattern}`,
    ],
  ])("refuses %j for containerd's reason", (text, reason) => {
    expect(() => parsePlatform(text)).toThrow(new PlatformError(`${reason}: invalid argument`));
  });

  it.each([
    ["linux(%zz)/amd64", '"linux(%zz)/amd64" has an invalid OS version "%zz": invalid URL escape "%zz"'],
    ["linux(%25%a)", '"linux(%25%a)" has an invalid OS version "%25%a": invalid URL escape "%a"'],
    ["linux(%)", '"linux(%)" has an invalid OS version "%": invalid URL escape "%"'],
    [
      "linux(1+%4)/amd64",
      '"linux(1+%4)/amd64" has invalid OS features: invalid os feature "%4": invalid URL escape "%4"',
    ],
  ])("refuses the escapes of %j for containerd's reason", (text, reason) => {
    expect(() => parsePlatform(text)).toThrow(new PlatformError(reason));
  });

  it("decodes any byte of a version and of a feature", () => {
    const platform = parsePlatform("linux(%C3%A9%ff+%41)/amd64");
    expect(platform.osVersion).toBe("\u00e9\udcff");
    expect(platform.osFeatures).toEqual(["A"]);
  });
});
