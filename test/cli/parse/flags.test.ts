import { Command } from "commander";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plainArguments } from "../../../src/cli/parse/arguments.ts";
import { parseCall } from "../../../src/cli/parse/call.ts";
import { parseEntitlements } from "../../../src/cli/parse/entitlements.ts";
import { parseNamedContexts } from "../../../src/cli/parse/named-contexts.ts";
import { parseResources } from "../../../src/cli/parse/resources.ts";

test("limits of steps by the names that BuildKit's frontend has for them; 0 is none", () => {
  expect(
    parseResources(["memory=2g", "memory-swap=-1", "cpu-shares=512", "cpu-period=100000", "cpu-quota=050000"]),
  ).toEqual({ memory: "2147483648", memswap: "-1", cpushares: "512", cpuperiod: "100000", cpuquota: "50000" });
  expect(parseResources(["cpuset-cpus=0-3,5", "cpuset-mems=0", "memory=1g", "memory=0"])).toEqual({
    cpusetcpus: "0-3,5",
  });
  for (const wrong of ["memory", "disk=1", "toString=1", "memory=lots", "cpu-quota=1.5"]) {
    expect(() => parseResources([wrong])).toThrow(`--resource ${wrong}`);
  }
});

test("entitlements are those that BuildKit has", () => {
  expect(parseEntitlements(["network.host", "", "device=vendor.com/gpu"])).toEqual([
    "network.host",
    "device=vendor.com/gpu",
  ]);
  expect(() => parseEntitlements(["network.hots"])).toThrow(/network\.host, security\.insecure, device/);
});

test("a call is a method, with the format and what its status counts", () => {
  expect(parseCall("build")).toEqual({ method: "build", format: "text", ignoreStatus: false });
  expect(parseCall("lint,format=json,ignorestatus=1")).toEqual({ method: "check", format: "json", ignoreStatus: true });
  expect(parseCall("")).toMatchObject({ method: "build" });
  expect(() => parseCall("chekc")).toThrow(/there are build, check, outline, targets/);
  expect(() => parseCall("check,format=xml")).toThrow(/text and json/);
  expect(() => parseCall("check,ignorestatus=maybe")).toThrow(/true or false/);
  expect(() => parseCall("check,outline")).toThrow(/"outline" is not understood/);
});

test("a named context stands for an image by its short name", () => {
  const names = (...uses: string[]) => ({ ...parseNamedContexts(uses) });
  expect(names("alpine=./a", "docker.io/library/busybox:latest=docker-image://b")).toEqual({
    alpine: "./a",
    busybox: "docker-image://b",
  });
  expect(names("alpine:3.20=x=y")).toEqual({ "alpine:3.20": "x=y" });
  for (const wrong of ["alpine", "=x", "UPPER=x", "a="]) expect(() => names(wrong)).toThrow(`--build-context ${wrong}`);
});

const command = new Command("solve")
  .option("-q, --quiet")
  .option("--push")
  .option("-t, --tag <name>")
  .option("--no-cache");

test("flags of docker's command lines: a value for a flag that is on or off, = after a short one", () => {
  const plain = (...args: string[]) => plainArguments(command, args);
  expect(plain("--push=true", "-q=false", "--no-cache=1", ".")).toEqual(["--push", "--no-cache", "."]);
  expect(plain("-t=a:1", "--tag=b=c")).toEqual(["-t", "a:1", "--tag=b=c"]);
  expect(plain("--tag", "--push=true", "--push=maybe")).toEqual(["--tag", "--push=true", "--push=maybe"]);
  expect(plain("--unknown=true", "--", "--push=true")).toEqual(["--unknown=true", "--", "--push=true"]);
  expect(plain("--tag")).toEqual(["--tag"]);
});

test("other arguments stay as they are", () => {
  const arg = fc.oneof(fc.constantFrom("--push", "-q", "--tag=x", "--other", "-x", "."), fc.string());
  fc.assert(
    fc.property(fc.array(arg), (args) => {
      fc.pre(!args.some((each) => /^-(-push|-quiet|q|-no-cache|t)=/s.test(each)));
      expect(plainArguments(command, args)).toEqual(args);
    }),
  );
});
