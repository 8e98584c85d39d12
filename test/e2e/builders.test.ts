import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { contextWith, temporaryFolder } from "./builds.ts";
import { asBuildkitd } from "./proxy.ts";
import { secondWorker } from "./second-worker.ts";
import { type Ran, run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

/** Docker's configuration in a folder of its own, where builders are kept. */
class Config {
  readonly folder = temporaryFolder();

  /** Keeps a builder as buildx does. */
  keep(name: string, driver: string, nodes: readonly object[]): void {
    const file = join(this.folder, "buildx/instances", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ Name: name, Driver: driver, Nodes: nodes, Dynamic: false }));
  }

  buildx(...args: readonly string[]): Promise<Ran> {
    return run("docker-buildx", args, { env: { DOCKER_CONFIG: this.folder } });
  }

  /** Builds a file, and says on which worker. */
  async build(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const context = contextWith("FROM scratch\nCOPY a.txt /\n");
    const dest = join(context, "out");
    const all = ["solve", context, "--progress", "plain", "-o", dest, ...args];
    const ran = await run(process.execPath, [cli, ...all], { env: { DOCKER_CONFIG: this.folder, ...env } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(readFileSync(join(dest, "a.txt"), "utf8")).toBe("alpha\n");
    return /^#0 (.*)$/m.exec(ran.stderr)?.[1] ?? "";
  }

  /** What is said when a build cannot be made. */
  async refusal(...args: readonly string[]): Promise<string> {
    const all = ["solve", contextWith("FROM scratch\n"), ...args];
    const ran = await run(process.execPath, [cli, ...all], { env: { DOCKER_CONFIG: this.folder } });
    expect(ran.code).not.toBe(0);
    return ran.stderr;
  }
}

/** As the registry has it, byte for byte. */
async function manifestOf(registry: string, name: string, tag: string): Promise<string> {
  const accept = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json";
  const response = await fetch(`http://${registry}/v2/${name}/manifests/${tag}`, { headers: { accept } });
  expect(response.status).toBe(200);
  return response.text();
}

const certificates = fileURLToPath(new URL("./certificates/", import.meta.url));

test("builders that buildx made are used by name, by BUILDX_BUILDER, and as the current one", async () => {
  const config = new Config();
  const { addr } = await asBuildkitd("tcp");
  const created = await config.buildx(
    "create",
    "--name",
    "far",
    "--driver",
    "remote",
    "--platform",
    "linux/amd64",
    addr,
  );
  expect(created.code, created.stderr).toBe(0);
  const used = `building with buildkitd at ${addr} (the builder "far")`;
  const engine = `building with Docker engine at ${testWorker().dockerHost} (DOCKER_HOST)`;
  expect(await config.build([])).toBe(engine);
  expect(await config.build(["--builder", "far"])).toBe(used);
  expect(await config.build([], { BUILDX_BUILDER: "far" })).toBe(used);
  expect((await config.buildx("use", "far")).code).toBe(0);
  expect(await config.build([])).toBe(used);
  expect(await config.build(["--builder", "default"])).toContain("Docker engine");
  expect(await config.build([], { BUILDX_CONFIG: temporaryFolder() })).toBe(engine);
});

test("a remote builder with TLS: its certificates are those of its options", async () => {
  const config = new Config();
  const { addr } = await asBuildkitd("tls");
  const file = (name: string) => join(certificates, `${name}.pem`);
  const options = { cacert: file("ca"), cert: file("client"), key: file("client-key"), servername: "worker.test" };
  config.keep("safe", "remote", [{ Name: "safe0", Endpoint: addr, DriverOpts: options }]);
  config.keep("bare", "remote", [{ Name: "bare0", Endpoint: addr, DriverOpts: { ...options, cert: "", key: "" } }]);
  expect(await config.build(["--builder", "safe"])).toContain(addr);
  expect(await config.refusal("--builder", "bare")).toContain("[worker-unreachable]");
});

test("a builder in a container is reached by a command in it, also after it was stopped", async () => {
  const config = new Config();
  const { addr } = await asBuildkitd("tcp");
  const [host, port] = addr.replace("tcp://", "").split(":");
  const script = `#!/bin/sh\\ntest "$1" = dial-stdio || exit 1\\nexec nc ${host} ${port}\\n`;
  const image = `builders/buildkitd:${port}`;
  const made = await run(process.execPath, [
    ...[
      cli,
      "solve",
      contextWith(`ARG BASE=scratch\nFROM $BASE\nRUN printf '${script}' > /bin/buildctl && chmod +x /bin/buildctl\n`),
    ],
    ...["--build-arg", `BASE=${testWorker().base}`, "-t", image, "--load"],
  ]);
  expect(made.code, made.stderr).toBe(0);
  const container = "buildx_buildkit_box0";
  onTestFinished(async () => {
    await run("docker", ["rm", "-f", container]);
  });
  const started = await run("docker", ["run", "-d", "--network", "host", "--name", container, image, "sleep", "600"]);
  expect(started.code, started.stderr).toBe(0);
  config.keep("box", "docker-container", [{ Name: "box0", Endpoint: testWorker().dockerHost }]);
  const used = `building with buildkitd at docker-container://${container}`;
  expect(await config.build(["--builder", "box"])).toBe(`${used} (the builder "box")`);
  expect(await config.build(["--addr", `docker-container://${container}`])).toBe(`${used} (the given address)`);
  expect((await run("docker", ["stop", "-t", "0", container])).code).toBe(0);
  expect(await config.build(["--builder", "box"])).toContain(used);
  const metadata = join(config.folder, "metadata.json");
  await config.build(["--builder", "box", "--metadata-file", metadata]);
  expect(JSON.parse(readFileSync(metadata, "utf8"))["buildx.build.ref"]).toMatch(/^box\/box0\/[a-z0-9]{25}$/);
  expect((await run("docker", ["rm", "-f", container])).code).toBe(0);
  const gone = await config.refusal("--builder", "box");
  expect(gone).toContain(container);
  expect(gone).toContain("docker buildx inspect --bootstrap");
});

test("of several nodes it is the one for the platforms, or the first that runs them", async () => {
  const config = new Config();
  const [one, other] = [await asBuildkitd("tcp"), await asBuildkitd("tcp")];
  config.keep("farm", "remote", [
    { Name: "farm0", Endpoint: one.addr, Platforms: [{ architecture: "riscv64", os: "linux" }] },
    { Name: "farm1", Endpoint: other.addr, Platforms: [{ architecture: "arm64", os: "linux" }] },
  ]);
  expect(await config.build(["--builder", "farm"])).toContain(one.addr);
  expect(await config.build(["--builder", "farm", "--platform", "linux/arm64"])).toContain(other.addr);
  // Made for neither node, and run by both.
  expect(await config.build(["--builder", "farm", "--platform", "linux/amd64"])).toContain(one.addr);
});

test("several nodes build what each was made for, and push the index that docker buildx pushes", async () => {
  const config = new Config();
  const { base, registry } = testWorker();
  const second = await secondWorker();
  const [one, other] = [await asBuildkitd("tcp"), await asBuildkitd("tcp", second.dockerHost)];
  config.keep("farm", "remote", [
    { Name: "farm0", Endpoint: one.addr, Platforms: [{ architecture: "amd64", os: "linux" }] },
    { Name: "farm1", Endpoint: other.addr, Platforms: [{ architecture: "arm64", os: "linux" }] },
  ]);
  const context = contextWith("ARG BASE\nFROM $BASE\nRUN uname -m > /machine\nCOPY a.txt /\n");
  const both = [
    ...["--builder", "farm", "--platform", "linux/amd64,linux/arm64", "--progress", "plain", "--provenance=false"],
    ...["--build-arg", `BASE=${base}`, "--build-arg", "SOURCE_DATE_EPOCH=0"],
  ];
  const env = { DOCKER_CONFIG: config.folder };
  const push = (name: string) => [
    ...[...both, "--annotation", "index:who=both", "--annotation", "manifest-descriptor:of=one", "--push"],
    ...["-t", `${registry}/${name}:1`, "-t", `${registry}/${name}:2`],
    ...["--metadata-file", join(context, `${name}.json`), "--iidfile", join(context, `${name}.id`)],
  ];
  const ours = await run(process.execPath, [cli, "solve", context, ...push("farm-ours")], { env });
  expect(ours.code, ours.stderr).toBe(0);
  expect(ours.stderr).toContain(`building with buildkitd at ${one.addr} (the builder "farm")`);
  expect(ours.stderr).toContain(`building with buildkitd at ${other.addr} (the builder "farm")`);
  expect(ours.stderr).toContain("[linux/amd64 2/3] RUN uname");
  expect(ours.stderr).toContain("[linux/arm64 2/3] RUN uname");
  // Its nodes upload one blob side by side, which a registry can mix up; what it asks for is not changed by asking again.
  const build = () => run("docker-buildx", ["build", ...push("farm-theirs"), context], { env });
  let theirs = await build();
  for (let again = 0; again < 3 && theirs.stderr.includes("failed to push"); again++) theirs = await build();
  expect(theirs.code, theirs.stderr).toBe(0);
  const digest = (name: string, from: string) => JSON.parse(readFileSync(join(context, `${name}.json`), "utf8"))[from];
  const index = await manifestOf(registry, "farm-ours", "1");
  expect(index).toBe(await manifestOf(registry, "farm-theirs", "1"));
  expect(index).toBe(await manifestOf(registry, "farm-ours", "2"));
  expect(JSON.parse(index)).toMatchObject({ annotations: { who: "both" } });
  expect(JSON.parse(index).manifests.map(({ platform }: { platform: object }) => platform)).toEqual([
    { architecture: "amd64", os: "linux" },
    { architecture: "arm64", os: "linux" },
  ]);
  expect(digest("farm-ours", "containerimage.digest")).toBe(digest("farm-theirs", "containerimage.digest"));
  expect(readFileSync(join(context, "farm-ours.id"), "utf8")).toBe(
    readFileSync(join(context, "farm-theirs.id"), "utf8"),
  );
  // Nobody has a name for the parts.
  expect((await run("docker", ["pull", "-q", `${registry}/farm-ours:1`])).code).toBe(0);
  // Files of all platforms go into one folder.
  const dest = join(context, "files");
  const files = await run(process.execPath, [cli, "solve", context, ...both, "-o", dest], { env });
  expect(files.code, files.stderr).toBe(0);
  const machine = (folder: string) => readFileSync(join(dest, folder, "machine"), "utf8").trim();
  expect([machine("linux_amd64"), machine("linux_arm64")]).toEqual(["x86_64", "aarch64"]);
  // An archive is made by one of them, here by emulation.
  const archive = join(context, "image.tar");
  const single = await run(process.execPath, [cli, "solve", context, ...both, "-o", `type=oci,dest=${archive}`], {
    env,
  });
  expect(single.code, single.stderr).toBe(0);
  expect(single.stderr.match(/building with/g)).toHaveLength(1);
});

test("a step that fails on one of several nodes ends the build on the others, and nothing is pushed", async () => {
  const config = new Config();
  const { base, registry } = testWorker();
  const [one, other] = [await asBuildkitd("tcp"), await asBuildkitd("tcp")];
  config.keep("farm", "remote", [
    { Name: "farm0", Endpoint: one.addr, Platforms: [{ architecture: "amd64", os: "linux" }] },
    { Name: "farm1", Endpoint: other.addr, Platforms: [{ architecture: "arm64", os: "linux" }] },
  ]);
  const context = contextWith(
    `FROM ${base}\nARG TARGETARCH\nRUN if [ $TARGETARCH = arm64 ]; then exit 3; else sleep 1000; fi\n`,
  );
  const args = ["solve", context, "--builder", "farm", "--platform", "linux/amd64,linux/arm64", "--push"];
  const ran = await run(process.execPath, [cli, ...args, "-t", `${registry}/farm-broken`], {
    env: { DOCKER_CONFIG: config.folder },
  });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/\[linux\/arm64 2\/2\] RUN(.*\n)*.*exit code: 3/);
  expect((await fetch(`http://${registry}/v2/farm-broken/tags/list`)).status).toBe(404);
});

test("what is not reached is said with the way out", async () => {
  const config = new Config();
  config.keep("pods", "kubernetes", [{ Name: "pods0", Endpoint: "kubernetes:///pods" }]);
  expect(await config.refusal("--builder", "pods")).toMatch(/kubernetes(.*\n)*.*kubectl port-forward/);
  expect(await config.refusal("--builder", "pod")).toContain("did you mean pods?");
});
