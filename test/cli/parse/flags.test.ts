import { Command } from "commander";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plainArguments } from "../../../src/cli/parse/arguments.ts";
import { parseAttestations } from "../../../src/cli/parse/attestations.ts";
import { parseCaches } from "../../../src/cli/parse/caches.ts";
import { parseCall } from "../../../src/cli/parse/call.ts";
import { parseEntitlements } from "../../../src/cli/parse/entitlements.ts";
import { parseNamedContexts } from "../../../src/cli/parse/named-contexts.ts";
import { parseResources } from "../../../src/cli/parse/resources.ts";
import { readSourcePolicy } from "../../../src/cli/parse/source-policy.ts";
import { parseSsh } from "../../../src/cli/parse/ssh.ts";
import { folderWith } from "../rig.ts";

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
  expect(parseCall("subrequests.describe").method).toBe("subrequests.describe");
  expect(() => parseCall("chekc")).toThrow(/there is no "chekc" \(did you mean check\?\)/);
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

test("caches are images by name, or of a type with attributes", () => {
  expect(parseCaches("--cache-from", ["user/app:cache,user/app:1", "type=local,SRC=a=b", ""])).toEqual([
    { type: "registry", attrs: { ref: "user/app:cache" } },
    { type: "registry", attrs: { ref: "user/app:1" } },
    { type: "local", attrs: { src: "a=b" } },
  ]);
  expect(() => parseCaches("--cache-to", ["ref=x"])).toThrow(/--cache-to ref=x: a type is needed/);
  expect(() => parseCaches("--cache-to", ["type=local,mode"])).toThrow(/"mode" is not of the form/);
});

test("an SSH agent by its id, keys by their paths; a git context over SSH has the default agent", () => {
  const agents = (uses: readonly string[], context = ".") => ({ ...parseSsh(uses, context) });
  expect(agents(["default", "git=/a,/b", "x="])).toEqual({ default: [], git: ["/a", "/b"], x: [] });
  expect(agents([], "git@example.com:team/app.git")).toEqual({ default: [] });
  expect(agents([], "ssh://git@example.com/app.git#main:src")).toEqual({ default: [] });
  expect(agents(["other"], "git@example.com:app.git")).toEqual({ other: [] });
  expect(agents([], "https://example.com/app.git")).toEqual({});
  expect(() => agents(["=/a"])).toThrow(/an id is needed/);
});

test("attestations: the first of a type counts, attributes stay as they are, true and false are enough", () => {
  const parse = (attest: readonly string[], more = {}, env = {}) => parseAttestations({ attest, ...more }, env);
  expect(parse([], { provenance: "true", sbom: "false" })).toEqual({ provenance: true, sbom: false });
  expect(parse([], { provenance: "mode=max,builder-id=x", sbom: '"generator=a,b"' })).toEqual({
    provenance: "mode=max,builder-id=x",
    sbom: '"generator=a,b"',
  });
  expect(parse(["type=provenance,mode=min", "type=sbom,disabled=true"], { provenance: "mode=max" })).toEqual({
    provenance: "mode=min",
    sbom: false,
  });
  expect(parse([], {}, { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" })).toEqual({ provenance: false });
  expect(parse(["type=provenance"], {}, { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" })).toEqual({ provenance: true });
  expect(parse([])).toEqual({});
  expect(() => parse(["mode=max"])).toThrow(/type=provenance or type=sbom/);
  expect(() => parse([], { provenance: "max" })).toThrow(/as mode=max/);
  expect(() => parse(["type=sbom,disabled=maybe"])).toThrow(/true or false/);
});

test("a source policy is read from a file, of the flag before the environment's", async () => {
  const cwd = folderWith({
    "deny.json": '{"rules": [{"action": "DENY", "selector": {"identifier": "docker-image://*"}}]}',
    "bad.json": '{"rules": [{"acton": "DENY"}]}',
  });
  const read = (flag?: string, env = {}) => readSourcePolicy(flag, { cwd, env });
  expect(await read()).toBeUndefined();
  const deny = await read("deny.json", { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: "none.json" });
  expect(deny?.rules).toMatchObject([{ action: "DENY", selector: { identifier: "docker-image://*" } }]);
  expect(await read(undefined, { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: "deny.json" })).toEqual(deny);
  await expect(read("none.json")).rejects.toThrow("--source-policy-file none.json cannot be read");
  await expect(read("bad.json")).rejects.toThrow(/bad\.json.*rule 1/);
});
