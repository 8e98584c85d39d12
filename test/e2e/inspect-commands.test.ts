import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { serveHttp } from "../loopback.ts";
import { build, contextWith, dockerfileText, ranSteps, temporaryFolder } from "./builds.ts";
import { type Ran, run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

function llbc(args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<Ran> {
  return run(process.execPath, [cli, ...args], options);
}

function base(): string[] {
  return ["--build-arg", `BASE=${testWorker().base}`];
}

/** Compiles into a file, and reads it. */
async function compiled(args: readonly string[]): Promise<ReturnType<typeof unmarshal>> {
  const file = join(temporaryFolder(), "app.pb");
  const ran = await llbc(["compile", ...args, "-o", file]);
  expect(ran.code, ran.stderr).toBe(0);
  return unmarshal(readFileSync(file));
}

test("with a worker, a compile gives what a solve of the same folder builds", async () => {
  const { dockerHost } = testWorker();
  const context = contextWith(dockerfileText("single"));
  writeFileSync(join(context, ".dockerignore"), "*.md\n");
  const solved = await build(context, { sessionId: "one-session-for-both" });
  const definition = await compiled([context, ...base(), "--addr", dockerHost, "--session-id", "one-session-for-both"]);
  expect(definition.digests).toEqual(solved.compilation?.platforms[0]?.definition.digests);
});

test("the worker's answers about images are those of their registry, asked without a worker", async () => {
  const context = contextWith("ARG BASE\nFROM $BASE\nRUN true\n");
  const nobody = { env: { XDG_CACHE_HOME: temporaryFolder() } };
  const file = join(temporaryFolder(), "app.pb");
  const alone = await llbc(["compile", context, ...base(), "-o", file], nobody);
  expect(alone.code, alone.stderr).toBe(0);
  const [mine, theirs] = [unmarshal(readFileSync(file)), await compiled([context, ...base(), "--addr", "docker://"])];
  const identifiers = ({ ops }: typeof mine) => ops.flatMap((op) => (op.kind === "source" ? [op.identifier] : []));
  expect(identifiers(mine)).toEqual(identifiers(theirs));
  expect(identifiers(mine)[0]).toMatch(/@sha256:[0-9a-f]{64}$/);
});

test("what was compiled is built as it is, and shares its cache with a build of the Dockerfile", async () => {
  const context = contextWith("ARG BASE\nFROM $BASE\nRUN echo compiled apart > /made\n");
  const definition = await compiled([context, ...base(), "--addr", testWorker().dockerHost]);
  await build(context);
  const again = await build(definition);
  expect(ranSteps(again)).not.toContain("[2/2] RUN echo compiled apart > /made");
});

test("a remote context: its Dockerfile and ignore file are read by the worker", async () => {
  const archive = pack();
  archive.entry({ name: "Dockerfile" }, "ARG BASE\nFROM $BASE AS from-afar\nCOPY a.txt /\n");
  archive.entry({ name: "a.txt" }, createHash("sha256").update(String(process.pid)).digest("hex"));
  archive.finalize();
  const content = await buffer(archive);
  const url = `http://${await serveHttp((_, response) => response.end(content))}/context.tar`;
  const { dockerHost } = testWorker();
  const targets = await llbc(["graph", url, ...base(), "--addr", dockerHost]);
  expect(targets.code, targets.stderr).toBe(0);
  expect(targets.stdout).toContain("stage from-afar, linux/amd64");
  expect(targets.stdout).toContain("COPY a.txt /");
});

test("only what a worker can do is asked of it: its capabilities count, less the disabled ones", async () => {
  const context = contextWith("ARG BASE\nFROM $BASE\nCOPY --link a.txt /\n");
  const addr = ["--addr", testWorker().dockerHost];
  const kinds = ({ ops }: ReturnType<typeof unmarshal>) => ops.map(({ kind }) => kind);
  expect(kinds(await compiled([context, ...base(), ...addr]))).toContain("merge");
  expect(kinds(await compiled([context, ...base(), ...addr, "--disable-cap", "mergeop"]))).not.toContain("merge");
});

test("a check and an outline with a worker", async () => {
  const context = contextWith("ARG BASE\nFROM $BASE AS Base\nARG GIVEN=1\nRUN true\n");
  const addr = ["--addr", testWorker().dockerHost];
  const checked = await llbc(["check", context, ...base(), ...addr]);
  expect(checked).toMatchObject({ code: 1, stderr: "" });
  expect(checked.stdout).toContain("StageNameCasing");
  const outlined = await llbc(["outline", context, ...base(), ...addr]);
  expect(outlined.stdout).toMatch(/^GIVEN +1 *$/m);
});

test("an image that the registry does not have: the line, and the ways to answer for it", async () => {
  const { registry, dockerHost } = testWorker();
  const context = contextWith(`FROM scratch\nCOPY --from=${registry}/no-such-image /a /b\n`);
  for (const addr of [[], ["--addr", dockerHost]]) {
    const ran = await llbc(["compile", context, ...addr, "-o", join(context, "app.pb")]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/no-such-image.*\[image-unresolved\]\nDockerfile:2\n/);
    expect(ran.stderr).toMatch(/help: .*--images.*--addr.*--build-context/);
    expect(ran.stderr).not.toContain("    at ");
  }
});

test("no worker at the address: said, and nothing is written", async () => {
  const ran = await llbc(["compile", contextWith("FROM scratch\n"), "--addr", `unix://${temporaryFolder()}/none.sock`]);
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toMatch(/none\.sock.*\n.*help: /s);
});

test("one program's standard output is the other's standard input", async () => {
  const context = contextWith("FROM scratch\nCOPY a.txt /\n");
  const ran = await run("sh", ["-c", `"$0" "$1" compile "$2" | "$0" "$1" dump`, process.execPath, cli, context]);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toContain("source local://context");
  const cut = await run("sh", ["-c", `"$0" "$1" dump --format json < /dev/null | true`, process.execPath, cli]);
  expect(cut).toMatchObject({ code: 0, stderr: "" });
});

test("a compile without a worker loads nothing that talks to one", async () => {
  const context = contextWith("FROM scratch\nCOPY a.txt /\n");
  const spy =
    "data:text/javascript,process.on('exit',()=>console.error(process.moduleLoadList.includes('NativeModule http2')))";
  const args = ["compile", context, "--format", "text"];
  const alone = await run(process.execPath, ["--import", spy, cli, ...args]);
  expect(alone).toMatchObject({ code: 0, stderr: "false\n" });
  const asked = await run(process.execPath, ["--import", spy, cli, ...args, "--addr", testWorker().dockerHost]);
  expect(asked).toMatchObject({ code: 0, stderr: "true\n" });
});
