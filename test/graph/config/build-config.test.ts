import { describe, expect, it } from "vitest";
import type { CompileOptions } from "../../../src/graph/compile-options.ts";
import { type BuildConfig, readBuildConfig } from "../../../src/graph/config/build-config.ts";
import { frontendOptions } from "../../../src/graph/config/frontend-options.ts";
import { InvalidDockerfile } from "../../../src/graph/invalid-dockerfile.ts";
import { defaultPlatform } from "../../../src/platform.ts";

function read(options: CompileOptions): BuildConfig {
  return readBuildConfig(frontendOptions(options), options.buildPlatform, defaultPlatform);
}

describe("the options of a build", () => {
  it("are those of a build without flags when none is given", () => {
    const config = read({});
    expect(config.targetPlatforms).toEqual([]);
    expect(config.buildPlatform).toEqual({ os: "linux", architecture: "amd64" });
    expect(config.multiPlatform).toBe(false);
    expect(config.network).toBe("sandbox");
    expect(config.linuxResources).toBeUndefined();
    expect(config.isNoCache("any")).toBe(false);
  });

  it("name hosts in lower case and addresses as Go prints them", () => {
    expect(
      read({ addHosts: ["DB.Example=10.0.0.5", "six=FE80:0:0:0:0:0:0:1", "mapped=::ffff:1.2.3.4"] }).extraHosts,
    ).toEqual([
      { host: "db.example", ip: "10.0.0.5" },
      { host: "six", ip: "fe80::1" },
      { host: "mapped", ip: "1.2.3.4" },
    ]);
  });

  it("take limits with and without a hard one", () => {
    expect(read({ ulimits: ["nofile=1024:4096", "core=0", "memlock=-1"] }).ulimits).toEqual([
      { name: "nofile", soft: 1024n, hard: 4096n },
      { name: "core", soft: 0n, hard: 0n },
      { name: "memlock", soft: -1n, hard: -1n },
    ]);
  });

  it("read resources, of which -1 swap is no limit", () => {
    const resources = { memory: 1_048_576, memorySwap: -1, cpuShares: 512, cpusetCpus: "0-3, 5" };
    expect(read({ resources }).linuxResources).toMatchObject({
      memory: 1_048_576n,
      memorySwap: -1n,
      cpusetCpus: "0-3, 5",
    });
  });

  it("build all stages without cache, or those of the names given in any case", () => {
    expect(read({ noCache: true }).isNoCache("")).toBe(true);
    const some = read({ noCache: ["Web"] });
    expect([some.isNoCache("web"), some.isNoCache("db")]).toEqual([true, false]);
    // The long s and the Kelvin sign are cases of s and k, the dotless i is none of i.
    const odd = read({ noCache: ["\u017ftage", "\u212a", "\u0131"] });
    expect([odd.isNoCache("stage"), odd.isNoCache("k"), odd.isNoCache("i")]).toEqual([true, true, false]);
  });

  it("let raw options win", () => {
    expect(read({ target: "a", rawOptions: { target: "b" } }).target).toBe("b");
  });

  it("keep keys that objects know otherwise", () => {
    const buildArgs: Record<string, string> = JSON.parse('{"__proto__":"p","1":"one"}');
    expect([...read({ buildArgs }).buildArgs]).toEqual([
      ["1", "one"],
      ["__proto__", "p"],
    ]);
  });

  it.each<CompileOptions>([
    { targetPlatforms: ["nonsense"] },
    { targetPlatforms: ["linux/amd64", "linux/arm64"], multiPlatform: false },
    { networkMode: "bridge" },
    { imageResolveMode: "always" },
    { addHosts: ["db:10.0.0.5"] },
    { addHosts: ["db=ten"] },
    { ulimits: ["files=1"] },
    { ulimits: ["nofile=10:5"] },
    { ulimits: ["nofile=1:2:3"] },
    { resources: { memory: 0 } },
    { resources: { memorySwap: -2 } },
    { resources: { cpusetCpus: "3-1" } },
    { rawOptions: { "shm-size": "1g" } },
    { rawOptions: { "multi-platform": "yes" } },
    { buildArgs: { BUILDKIT_DISABLE_FILEOP: "1" } },
  ])("are refused when they are not well-formed: %j", (options) => {
    expect(() => read(options)).toThrow(InvalidDockerfile);
  });
});
