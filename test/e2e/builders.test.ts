import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { contextWith, temporaryFolder } from "./builds.ts";
import { asBuildkitd } from "./proxy.ts";
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

test("what is not reached is said with the way out", async () => {
  const config = new Config();
  config.keep("pods", "kubernetes", [{ Name: "pods0", Endpoint: "kubernetes:///pods" }]);
  expect(await config.refusal("--builder", "pods")).toMatch(/kubernetes(.*\n)*.*kubectl port-forward/);
  expect(await config.refusal("--builder", "pod")).toContain("did you mean pods?");
});
