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

  it.each(["", "linux/*", "linux/amd64/v1/x", "nonsense", "linux/", "linux//v7", "linux(1", "linux(%zz)/amd64"])(
    "refuses %j",
    (text) => {
      expect(() => parsePlatform(text)).toThrow(PlatformError);
    },
  );
});
