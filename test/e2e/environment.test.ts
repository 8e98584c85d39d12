import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { contextWith, temporaryFolder } from "./builds.ts";
import { git } from "./web-server.ts";
import { type Ran, run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

type Env = Record<string, string>;

function llbc(args: readonly string[], env: Env = {}): Promise<Ran> {
  return run(process.execPath, [cli, "solve", ...args], { env: { DOCKER_CONFIG: temporaryFolder(), ...env } });
}

function buildx(args: readonly string[], env: Env = {}): Promise<Ran> {
  return run("docker-buildx", ["build", ...args], { env: { DOCKER_CONFIG: temporaryFolder(), ...env } });
}

async function ok(ran: Promise<Ran>): Promise<Ran> {
  const { code, stderr } = await ran;
  expect(code, stderr).toBe(0);
  return ran;
}

/** What each of the two writes into its metadata file. */
async function metadata(args: readonly string[], env: Env): Promise<readonly [Metadata, Metadata]> {
  const folder = temporaryFolder();
  const [mine, theirs] = [join(folder, "mine"), join(folder, "theirs")];
  await ok(llbc([...args, "--metadata-file", mine], env));
  await ok(buildx([...args.filter((arg) => !arg.startsWith("--syntax")), "--metadata-file", theirs], env));
  return [JSON.parse(readFileSync(mine, "utf8")), JSON.parse(readFileSync(theirs, "utf8"))];
}

interface Metadata {
  readonly "buildx.build.provenance"?: Provenance;
  readonly "buildx.build.warnings"?: readonly {
    readonly short: string;
    readonly range: unknown;
    readonly url: string;
  }[];
}

interface Provenance {
  readonly invocation: { readonly parameters: unknown };
  readonly metadata?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The config of the image that a build with these arguments makes. */
async function config(build: typeof llbc, args: readonly string[], env: Env): Promise<Config> {
  const folder = join(temporaryFolder(), "image");
  await ok(build([...args, "--provenance=false", "-o", `type=oci,dest=${folder},tar=false`], env));
  const blob = (digest: string) => JSON.parse(readFileSync(join(folder, "blobs", digest.replace(":", "/")), "utf8"));
  const [top] = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")).manifests;
  return blob(blob(top.digest).config.digest);
}

interface Config {
  readonly created: string;
  readonly architecture: string;
  readonly config: { readonly Labels?: Readonly<Record<string, string>> };
}

const plain = "FROM scratch\nCOPY a.txt /\n";

test("BUILDX_METADATA_PROVENANCE and BUILDX_METADATA_WARNINGS: what the metadata file tells besides", async () => {
  const context = contextWith("FROM scratch as b\nCOPY a.txt /\n");
  const keys = (value: object) => Object.keys(value).sort();
  for (const wanted of ["min", "max", "disabled"]) {
    const env = { BUILDX_METADATA_PROVENANCE: wanted, BUILDX_METADATA_WARNINGS: "1" };
    const [mine, theirs] = await metadata([context], env);
    expect(keys(mine)).toEqual(keys(theirs));
    const warnings = ({ "buildx.build.warnings": told = [] }: Metadata) =>
      told.map(({ short, range, url }) => ({ short, range, url }));
    expect(warnings(mine)).toEqual(warnings(theirs));
    expect(warnings(mine)).toHaveLength(1);
    const [a, b] = [mine["buildx.build.provenance"], theirs["buildx.build.provenance"]];
    expect(keys(a ?? {})).toEqual(keys(b ?? {}));
    expect(a?.invocation.parameters).toEqual(b?.invocation.parameters);
  }
  const [told] = await metadata([context], {});
  expect(told["buildx.build.provenance"]).toMatchObject({ buildType: "https://mobyproject.org/buildkit@v1" });
  expect(told["buildx.build.warnings"]).toBeUndefined();
});

test("BUILDX_GIT_INFO, BUILDX_GIT_LABELS, BUILDX_GIT_CHECK_DIRTY: what git knows of the context", {
  timeout: 240_000,
}, async () => {
  const context = contextWith(plain);
  git(context, "init", "-q");
  git(context, "remote", "add", "origin", "https://user:pass@git.example/a/b.git");
  git(context, "add", "-A");
  git(context, "commit", "-qm", "one");
  const vcs = (told: Metadata) =>
    told["buildx.build.provenance"]?.metadata?.["https://mobyproject.org/buildkit@v1#metadata"]?.vcs;
  const max = { BUILDX_METADATA_PROVENANCE: "max" };
  const [mine, theirs] = await metadata([context, "--provenance=mode=max"], max);
  expect(vcs(mine)).toEqual(vcs(theirs));
  expect(vcs(mine)).toMatchObject({ revision: git(context, "rev-parse", "HEAD"), "localdir:context": "." });
  expect(JSON.stringify(vcs(mine))).not.toContain("pass");
  const [none] = await metadata([context], { ...max, BUILDX_GIT_INFO: "0" });
  expect(vcs(none)).toBeUndefined();
  writeFileSync(join(context, "a.txt"), "changed");
  const labelled = { BUILDX_GIT_LABELS: "1", BUILDX_GIT_CHECK_DIRTY: "1" };
  const labels = async (build: typeof llbc) => (await config(build, [context], labelled)).config.Labels;
  expect(await labels(llbc)).toEqual(await labels(buildx));
  expect((await labels(llbc))?.["org.opencontainers.image.revision"]).toMatch(/^[0-9a-f]{40}-dirty$/);
});

test("SOURCE_DATE_EPOCH and DOCKER_DEFAULT_PLATFORM are defaults of flags", async () => {
  const env = { SOURCE_DATE_EPOCH: "1700000000", DOCKER_DEFAULT_PLATFORM: "linux/arm64" };
  const context = contextWith(plain);
  expect(await config(llbc, [context], env)).toMatchObject({ created: "2023-11-14T22:13:20Z", architecture: "arm64" });
  const flags = ["--build-arg", "SOURCE_DATE_EPOCH=1600000000", "--platform", "linux/amd64"];
  const told = await config(llbc, [context, ...flags], env);
  expect(told).toMatchObject({ created: "2020-09-13T12:26:40Z", architecture: "amd64" });
});

test("BUILDX_NO_DEFAULT_ATTESTATIONS and BUILDX_NO_DEFAULT_LOAD leave out what nobody asked for", async () => {
  const folder = join(temporaryFolder(), "image");
  const context = contextWith(plain);
  await ok(llbc([context, "-o", `type=oci,dest=${folder},tar=false`], { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" }));
  const [top] = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")).manifests;
  expect(top.mediaType).toContain("manifest.v1");
  const kept = await ok(llbc([context, "--progress", "plain"], {}));
  expect(kept.stderr).toContain("exporting to image");
  const left = await ok(llbc([context, "--progress", "plain"], { BUILDX_NO_DEFAULT_LOAD: "1" }));
  expect(left.stderr).not.toContain("exporting to image");
});

test("proxies of Docker's configuration are build arguments, unless one is given", async () => {
  const folder = temporaryFolder();
  const proxies = { default: { httpProxy: "http://proxy.example:1", noProxy: "a.example" } };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ proxies }));
  const context = contextWith(`FROM ${testWorker().base}\nRUN echo "[$HTTP_PROXY] [$http_proxy] [$NO_PROXY]"\n`);
  const args = [context, "--no-cache", "--progress", "plain"];
  const [mine, theirs] = [
    await ok(llbc(args, { DOCKER_CONFIG: folder })),
    await ok(buildx(args, { DOCKER_CONFIG: folder })),
  ];
  const said = "[http://proxy.example:1] [http://proxy.example:1] [a.example]";
  expect(mine.stderr).toContain(said);
  expect(theirs.stderr).toContain(said);
  const given = await ok(llbc([...args, "--build-arg", "http_proxy=http://other.example"], { DOCKER_CONFIG: folder }));
  expect(given.stderr).toContain("[http://other.example] [http://other.example] [a.example]");
});

test("EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: sources are denied, allowed after all, or put in place of others", async () => {
  const { base } = testWorker();
  const policy = (rules: readonly object[]) => {
    const file = join(temporaryFolder(), "policy.json");
    writeFileSync(file, JSON.stringify({ rules }));
    return { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: file };
  };
  const rule = (action: string, identifier: string, to?: string) => ({
    action,
    selector: { identifier },
    ...(to === undefined ? {} : { updates: { identifier: to } }),
  });
  const context = contextWith(`FROM docker.io/library/nowhere:1\nRUN cat /etc/passwd\n`);
  const convert = rule("CONVERT", "docker-image://docker.io/library/nowhere:*", `docker-image://${base}:latest`);
  await ok(llbc([context], policy([convert])));
  const above = contextWith(`FROM ${base}\nRUN true\n`);
  const deny = rule("DENY", "docker-image://*");
  const denied = await llbc([above], policy([deny]));
  expect(denied.code).toBe(1);
  expect(denied.stderr).toMatch(/polic/i);
  await ok(llbc([above], policy([deny, rule("ALLOW", `docker-image://${base}*`)])));
});

test("--syntax: another frontend is the worker's to run, or is passed over; or the worker compiles all", async () => {
  const { registry } = testWorker();
  const foreign = contextWith(`# syntax=${registry}/no/frontend:1\n${plain}`);
  const forwarded = await llbc([foreign]);
  expect(forwarded.code).toBe(1);
  expect(forwarded.stderr).toContain(`${registry}/no/frontend:1`);
  await ok(llbc([foreign, "--syntax", "here"]));
  await ok(llbc([contextWith(`# syntax=docker/dockerfile:1\n${plain}`)]));
  const [mine] = await metadata([contextWith(plain), "--syntax=forward"], {});
  expect(mine["buildx.build.provenance"]?.invocation.parameters).toMatchObject({ frontend: "dockerfile.v0" });
  const bounded = await llbc([contextWith(plain), "--syntax", "forward", "--max-parallelism", "2"]);
  expect(bounded.code).toBe(2);
});

test("older flags of docker build are taken, and what means nothing is said so", async () => {
  const older = [
    "-m",
    "1g",
    "--memory-swap=-1",
    "-c",
    "2",
    "--cpu-period=1000",
    "--cpu-quota",
    "1000",
    "--cpuset-cpus=0",
    "--cpuset-mems=0",
  ];
  const ignored = ["--compress", "--rm=true", "--force-rm", "--isolation", "x", "--security-opt=a", "--squash"];
  const ran = await ok(llbc([contextWith(plain), ...older, ...ignored]));
  for (const flag of ["--isolation", "--security-opt", "--squash"])
    expect(ran.stderr).toContain(`warning: ${flag} means nothing`);
  expect((await llbc([contextWith(plain), "-m", "lots"])).code).toBe(2);
  const printed = await ok(llbc([contextWith("FROM scratch AS one\n"), "--print", "targets,format=json"]));
  expect(JSON.parse(printed.stdout).targets).toHaveLength(1);
});

test("the address host-gateway is that of the engine's machine, as for docker buildx", async () => {
  const context = contextWith(`FROM ${testWorker().base}\nRUN grep gate /etc/hosts | tr -s '\\t ' ' '\n`);
  const args = [
    context,
    "--no-cache",
    "--progress",
    "plain",
    "--add-host",
    "gate:host-gateway",
    "--add-host",
    "six.gate=[::1]",
  ];
  const hosts = async (ran: Promise<Ran>) =>
    [...(await ok(ran)).stderr.matchAll(/^#\d+ [\d.]+ (\S+ \S*gate)$/gm)].map(([, line]) => line);
  const mine = await hosts(llbc(args));
  expect(mine).toHaveLength(2);
  expect(mine).toEqual(await hosts(buildx(args)));
});
