import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { contextWith, temporaryFolder } from "./builds.ts";
import { type Ran, run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
const script = fileURLToPath(new URL("../../scripts/parity.mjs", import.meta.url));

type RunOptions = Parameters<typeof run>[2];

function llbc(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run(process.execPath, [cli, "solve", "--build-arg", `BASE=${testWorker().base}`, ...args], options);
}

function buildx(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run("docker-buildx", ["build", "--build-arg", `BASE=${testWorker().base}`, ...args], options);
}

const image = "ARG BASE=scratch\nFROM $BASE AS base\nRUN echo one > /one\n";

test("every flag of docker buildx build has its row, and the rows are true", async () => {
  const ran = await run(process.execPath, [script, "--check"]);
  expect(ran.stderr).toBe("");
  expect(ran.code).toBe(0);
});

test("secrets come from files and the environment, and are in no output", async () => {
  const [token, line] = [randomBytes(12).toString("hex"), randomBytes(12).toString("hex")];
  const context = contextWith(
    `ARG BASE=scratch\nFROM $BASE\nRUN --mount=type=secret,id=a --mount=type=secret,id=b,env=B --mount=type=secret,id=none sha256sum /run/secrets/a > /sum; test ! -e /run/secrets/none; test -n "$B"; echo : ${line}\n`,
  );
  writeFileSync(join(context, "token"), token);
  const metadata = join(context, "m.json");
  const args = [context, "--secret", `id=a,src=${join(context, "token")}`, "--secret", "type=env,id=b,src=TOKEN"];
  const ran = await llbc([...args, "--progress", "rawjson", "--metadata-file", metadata], { env: { TOKEN: token } });
  expect(ran.code, ran.stderr).toBe(0);
  const logs = [...ran.stderr.matchAll(/"data":"([^"]*)"/g)].map(([, data = ""]) =>
    Buffer.from(data, "base64").toString(),
  );
  expect(logs.join("")).toContain(line);
  for (const output of [ran.stdout, ran.stderr, readFileSync(metadata, "utf8"), ...logs])
    expect(output).not.toContain(token);
});

test("the files about a result, and what --quiet prints, are those of docker buildx", async () => {
  const context = contextWith(image);
  const files = (of: string) => [
    "--iidfile",
    join(context, `${of}.iid`),
    "--metadata-file",
    join(context, `${of}.json`),
  ];
  const args = [context, "-t", "flags/result:1", "--provenance=false", "-q"];
  const [theirs, mine] = [await buildx([...args, ...files("theirs")]), await llbc([...args, ...files("mine")])];
  expect(mine.code, mine.stderr).toBe(0);
  expect(theirs.code, theirs.stderr).toBe(0);
  expect(mine).toMatchObject({ stdout: theirs.stdout, stderr: "" });
  expect(mine.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
  const text = (name: string) => readFileSync(join(context, name), "utf8");
  expect(text("mine.iid")).toBe(text("theirs.iid"));
  const shape = (name: string) => {
    const { "buildx.build.provenance": _, "buildx.build.ref": ref, ...rest } = JSON.parse(text(name));
    return { ...rest, ref: String(ref).replace(/[a-z0-9]{25}$/, "") };
  };
  expect(shape("mine.json")).toEqual(shape("theirs.json"));
  const failed = await llbc([contextWith("FROM scratch\nCOPY none /\n"), ...files("mine")]);
  expect(failed.code).toBe(1);
  expect(existsSync(join(context, "mine.iid"))).toBe(false);
});

test("raw JSON tells of the steps that docker buildx tells of, in its form", async () => {
  const context = contextWith(`${image}RUN echo ${randomBytes(8).toString("hex")} >&2\n`);
  const told = async ({ code, stderr }: Ran) => {
    expect(code, stderr).toBe(0);
    const statuses = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const fields = (key: string) => statuses.flatMap((status) => status[key] ?? []);
    const done = fields("vertexes").filter((vertex) => vertex.completed !== undefined);
    return {
      keys: new Set(statuses.flatMap((status) => Object.keys(status))),
      steps: new Map(done.filter(({ name }) => /^\[(base|stage)/.test(name)).map(({ name, digest }) => [name, digest])),
      streams: new Set(fields("logs").map(({ stream }) => stream)),
      times: done.flatMap(({ started, completed }) => [started, completed]),
    };
  };
  const args = [context, "--progress", "rawjson", "--no-cache"];
  const [theirs, mine] = [await told(await buildx(args)), await told(await llbc(args))];
  expect({ ...mine, times: [] }).toEqual({ ...theirs, times: [] });
  for (const time of mine.times) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/);
});

test.each([["build"], ["none"]])("without progress nothing is said (%s)", async (how) => {
  const ran = await llbc(
    [contextWith(image), ...(how === "none" ? ["--progress", "none"] : [])],
    how === "none" ? {} : { env: { BUILDKIT_PROGRESS: "quiet" } },
  );
  expect(ran).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test("a call tells what docker buildx tells", { timeout: 240_000 }, async () => {
  const context = contextWith(
    "# check=skip=none\nARG BASE=scratch\nFROM $BASE AS Base\nARG V=1\nRUN --mount=type=secret,id=s echo $V\nENTRYPOINT a b\n",
  );
  for (const method of ["check", "outline", "targets"]) {
    const args = [context, "--call", `${method},format=json`];
    const [theirs, mine] = [await buildx(args), await llbc(args)];
    expect({ method, code: mine.code }).toEqual({ method, code: theirs.code });
    const [a, b] = [JSON.parse(mine.stdout), JSON.parse(theirs.stdout)];
    if (method === "check") expect(a.warnings.map(ruleOf)).toEqual(b.warnings.map(ruleOf));
    else expect(a).toEqual(b);
  }
  const check = await llbc([context, "--check"]);
  expect(check.code).toBe(1);
  expect(check.stdout).toMatch(/^Check complete, \d warnings have been found!/);
  expect((await llbc([context, "--call", "check,ignorestatus=true"])).code).toBe(0);
});

test("a call that is not known here, and one for the worker's frontend, go to the worker", async () => {
  const context = contextWith("ARG BASE=scratch\nFROM $BASE AS Base\nENTRYPOINT a b\n");
  const file = (name: string) => join(context, name);
  for (const method of ["subrequests.describe", "targets", "check"]) {
    const args = [context, "--call", method, "--progress", "none"];
    const theirs = await buildx([...args, "--metadata-file", file("theirs.json")]);
    const mine = await llbc([...args, "--syntax", "forward", "--metadata-file", file("mine.json")]);
    // It says where the Dockerfile is on this machine.
    expect(mine).toMatchObject({ code: theirs.code, stdout: theirs.stdout.replaceAll(`${context}/`, "") });
    const [a, b] = ["mine.json", "theirs.json"].map((name) =>
      JSON.parse(readFileSync(file(name), "utf8"), withoutSessions),
    );
    expect(a).toEqual(b);
    // What is compiled here is told in words of our own, and in the file as ever.
    const here = await llbc([...args, "--metadata-file", file("here.json")]);
    expect(here.code).toBe(theirs.code);
    expect(JSON.parse(readFileSync(file("here.json"), "utf8"), withoutSessions)).toEqual(b);
  }
  const unknown = await llbc([context, "--call", "poem"]);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain("frontend.poem");
  const input = { input: "FROM scratch AS typed\n" };
  const typed = await run(process.execPath, [cli, "solve", "-", "--call", "targets", "--syntax", "forward"], input);
  expect(typed.stdout).toContain("typed");
});

/** Definitions name the session that asked. */
function withoutSessions(key: string, value: unknown): unknown {
  return key === "definition" ? "…" : value;
}

function ruleOf({ ruleName, location }: { readonly ruleName: string; readonly location: object }): object {
  return { ruleName, location };
}

test("what a step may do beyond the usual has to be allowed", async () => {
  const context = contextWith("ARG BASE=scratch\nFROM $BASE\nRUN --network=host cat /proc/net/unix > /sockets\n");
  const refused = await llbc([context]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("network.host");
  const allowed = await llbc([context, "--allow", "network.host"]);
  expect(allowed.code, allowed.stderr).toBe(0);
  const asked = await llbc([contextWith(image), "--network", "host"]);
  expect(asked.code, asked.stderr).toBe(0);
});

test("cache goes into a folder and comes from it", async () => {
  const [context, folder] = [contextWith(image, { fresh: true }), join(temporaryFolder(), "cache")];
  const wrote = await llbc([context, "--cache-to", `type=local,dest=${folder},mode=max`, "-o", "type=cacheonly"]);
  expect(wrote.code, wrote.stderr).toBe(0);
  expect(existsSync(join(folder, "index.json"))).toBe(true);
  const read = await llbc([context, "--cache-from", `type=local,src=${folder}`, "-o", "type=cacheonly"]);
  expect(read.code, read.stderr).toBe(0);
  expect(read.stderr).toContain("importing cache manifest from local");
});

test("attestations are asked for and turned off", async () => {
  const context = contextWith(image);
  const kinds = async (...args: string[]) => {
    const folder = join(temporaryFolder(), "image");
    const ran = await llbc([context, "-o", `type=oci,dest=${folder},tar=false`, ...args]);
    expect(ran.code, ran.stderr).toBe(0);
    const read = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8"));
    const [top] = read("index.json").manifests;
    const { manifests = [] } = read(`blobs/${top.digest.replace(":", "/")}`);
    return manifests.map((each: Described) => each.annotations?.["vnd.docker.reference.type"] ?? "image");
  };
  expect(await kinds("--provenance", "mode=max")).toEqual(["image", "attestation-manifest"]);
  expect(await kinds("--attest", "type=provenance,disabled=true")).toEqual([]);
});

test("--load, --pull and names: the engine has the image, and its registry has not", async () => {
  const name = `${testWorker().registry}/flags/unpushed:1`;
  const loaded = await llbc([contextWith(image), "--load", "-t", name]);
  expect(loaded.code, loaded.stderr).toBe(0);
  const above = contextWith(`FROM ${name}\nRUN test -e /one\n`);
  expect((await llbc([above])).code).toBe(0);
  const pulled = await llbc([above, "--pull"]);
  expect(pulled.code).toBe(1);
  expect(pulled.stderr).toContain("flags/unpushed:1");
});

test("--push=true is --push, and an image that is pushed is in the registry", async () => {
  const { registry } = testWorker();
  const pushed = await llbc([contextWith(image), "--push=true", `-t=${registry}/flags/pushed:1`]);
  expect(pushed.code, pushed.stderr).toBe(0);
  const manifest = await fetch(`http://${registry}/v2/flags/pushed/manifests/1`, {
    headers: { accept: "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json" },
  });
  expect(manifest.status).toBe(200);
});

test("a key is served to the step that asks for it", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = join(temporaryFolder(), "key");
  writeFileSync(key, privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  const context = contextWith('ARG BASE=scratch\nFROM $BASE\nRUN --mount=type=ssh,id=git test -S "$SSH_AUTH_SOCK"\n');
  const ran = await llbc([context, "--no-cache", "--ssh", `git=${key}`]);
  expect(ran.code, ran.stderr).toBe(0);
});

test("a source policy of the command line is obeyed", async () => {
  const context = contextWith(image);
  const policy = join(context, "policy.json");
  writeFileSync(policy, '{"rules": [{"action": "DENY", "selector": {"identifier": "docker-image://*"}}]}');
  const ran = await llbc([context, "--source-policy-file", policy]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/polic/i);
});

test("a dry run says what would be taken, run and written, and does nothing of it", async () => {
  const { base, registry } = testWorker();
  const context = contextWith(`${image}COPY a.txt /\n`, { fresh: true });
  const out = join(context, "out");
  const name = `${registry}/flags/never:1`;
  const ran = await llbc([context, "--dry-run", "-t", name, "--push", "-o", out, "--cache-from", "type=local,src=c"]);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toContain("platforms:\n  linux/amd64\n");
  expect(ran.stdout).toContain(`  image ${base}:latest@sha256:`);
  expect(ran.stdout).toContain(`  files of ${context}: a.txt, without *.log, secret, !keep.log\n`);
  expect(ran.stdout).toMatch(/would run:\n {2}\[2\/4\] RUN : [0-9a-f]+\n {2}\[3\/4\] RUN echo one > \/one\n/);
  expect(ran.stdout).toContain("would read caches:\n  local c\n");
  expect(ran.stdout).toContain(`would write:\n  local to ${out}\n  image ${name}, pushed\n`);
  expect(existsSync(out)).toBe(false);
  expect((await fetch(`http://${registry}/v2/flags/never/manifests/1`)).status).toBe(404);
});

interface Described {
  readonly annotations?: Readonly<Record<string, string>>;
}
