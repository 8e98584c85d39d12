import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/solver/client.ts";
import type { SolveOptions } from "../../src/solver/solve-options.ts";
import { describeTree } from "../solver/filesync/rig.ts";
import { type Build, build, ranSteps, temporaryFolder } from "./builds.ts";
import { run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

/** Whoever compiles, the files go the same way. */
const compilers: readonly SolveOptions[] = [{}, { frontend: "dockerfile.v0" }];

/** A tree with all that a file system has, and something that no worker has seen. */
function oddContext(): string {
  const folder = temporaryFolder();
  const at = (path: string) => join(folder, path);
  for (const path of ["a/b/c", "a-b", "empty", "sticky", "größe ☃"]) mkdirSync(at(path), { recursive: true });
  writeFileSync(at("Dockerfile"), "FROM scratch\nCOPY . /\n");
  writeFileSync(at("a/b/c/deep"), randomBytes(16).toString("hex"));
  linkSync(at("a/b/c/deep"), at("a-b/hard"));
  writeFileSync(at("a/zero"), "");
  writeFileSync(at("a-b/large"), randomBytes(3_000_000));
  writeFileSync(at("größe ☃/é, è"), "text");
  writeFileSync(at("tool"), "#!/bin/sh\n");
  chmodSync(at("tool"), 0o6711);
  chmodSync(at("a/zero"), 0o000);
  chmodSync(at("sticky"), 0o1777);
  symlinkSync("a/b/c/deep", at("link"));
  symlinkSync("../../../outside", at("dangling"));
  writeFileSync(at("sparse"), "");
  truncateSync(at("sparse"), 3_000_000);
  utimesSync(at("tool"), 1, 1);
  utimesSync(at("empty"), 1_000_000_000.25, 1_000_000_000.25);
  return folder;
}

test.each(compilers)("a context comes back as it went (%o)", async (options) => {
  const context = oddContext();
  const dest = join(temporaryFolder(), "out");
  await build(context, { ...options, outputs: [{ type: "local", dest }] });
  expect(describeTree(dest)).toEqual(describeTree(context, { received: true }));
  // An archive has the modes as they are.
  const archive = join(dest, "../out.tar");
  await build(context, { ...options, outputs: [{ type: "tar", dest: archive }] });
  expect((await run("tar", ["-tvf", archive])).stdout).toMatch(/^-rws--s--x .* tool$/m);
});

test("after docker buildx sent a context, ours is the same to the worker", async () => {
  const context = oddContext();
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(join(context, "socket"), resolve));
  try {
    // The first name of a hard link is left out, which makes the second one the file.
    writeFileSync(join(context, ".dockerignore"), "a-b/l*\na-b/hard\n!a-b/large\n");
    const done = await run("docker-buildx", ["build", context, "--provenance=false", "--progress=plain"]);
    expect(done.code, done.stderr).toBe(0);
    expect(ranSteps(await build(context))).toEqual([]);
  } finally {
    socket.close();
  }
});

test("a comma in a pattern is no second pattern", async () => {
  const context = temporaryFolder();
  const dest = join(temporaryFolder(), "out");
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY . /\n");
  for (const name of ["a", "b", "a, b"]) writeFileSync(join(context, name), "");
  writeFileSync(join(context, ".dockerignore"), "a, b\nDockerfile\n.dockerignore\n");
  await build(context, { outputs: [{ type: "local", dest }] });
  expect([...describeTree(dest).keys()]).toEqual(["a", "b"]);
});

test.each(compilers)("more patterns than fit into a common header list, some not in ASCII (%o)", async (options) => {
  const context = temporaryFolder();
  const dest = join(temporaryFolder(), "out");
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY . /\n");
  for (const name of ["kept", "größe, 7", "plain, 7", "ignored 499"]) writeFileSync(join(context, name), name);
  const patterns = Array.from({ length: 500 }, (_, index) => `ignored ${index}`);
  writeFileSync(join(context, ".dockerignore"), [...patterns, "größe, *", "Dockerfile", ".dockerignore"].join("\n"));
  await build(context, { ...options, outputs: [{ type: "local", dest }] });
  expect([...describeTree(dest).keys()]).toEqual(["kept", "plain, 7"]);
});

/** How many bytes of the context went to the worker. */
function sent(result: Build): number {
  const amounts = result.events.flatMap((event) =>
    event.kind === "progress" && event.id.startsWith("transferring context") ? [event.current] : [],
  );
  return Math.max(0, ...amounts);
}

test("what did not change is not sent again", async () => {
  const context = temporaryFolder();
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY . /\n");
  writeFileSync(join(context, "large"), randomBytes(5_000_000));
  writeFileSync(join(context, "small"), "1");
  expect(sent(await build(context))).toBeGreaterThan(5_000_000);
  writeFileSync(join(context, "small"), "2");
  expect(sent(await build(context))).toBeLessThan(10_000);
});

test("a file that changes while it is sent fails the build by its name, and the next build is whole", async () => {
  const context = temporaryFolder();
  const file = join(context, "growing");
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY . /\n");
  writeFileSync(file, "");
  truncateSync(file, 400_000_000);
  let grown = false;
  const building = build(context, {
    onEvent: (event) => {
      // Once so much has arrived, the file was listed and is being read.
      const onTheWay = event.kind === "progress" && event.id.startsWith("transferring context") && event.current > 1e6;
      if (grown || !onTheWay) return;
      grown = true;
      appendFileSync(file, "more");
    },
  });
  await expect(building).rejects.toMatchObject({
    code: "context-changed",
    message: expect.stringContaining('"growing"'),
  });
  truncateSync(file, 10);
  const dest = join(temporaryFolder(), "out");
  await build(context, { outputs: [{ type: "local", dest }] });
  expect(describeTree(dest)).toEqual(describeTree(context, { received: true }));
});

test("a name that the worker does not take fails the build by that name", async () => {
  const context = temporaryFolder();
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY . /\n");
  writeFileSync(Buffer.concat([Buffer.from(`${context}/odd`), Buffer.from([0xff])]), "");
  // Workers of today take any name; older ones, only UTF-8.
  const failed: unknown = await build(context).catch((error: unknown) => error);
  if (failed instanceof Error)
    expect(failed).toMatchObject({ code: "context-unreadable", message: expect.stringContaining("odd") });
});

test("an export for several platforms, into a folder that has files already", async () => {
  const context = temporaryFolder();
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /dir/\n");
  for (const arch of ["amd64", "arm64"]) {
    mkdirSync(join(context, arch));
    writeFileSync(join(context, arch, arch), arch);
  }
  const dest = temporaryFolder();
  mkdirSync(join(dest, "linux_amd64"));
  writeFileSync(join(dest, "linux_amd64/mine"), "stays");
  const platforms = ["linux/amd64", "linux/arm64"];
  await build(context, { platforms, outputs: [{ type: "local", dest }] });
  expect([...describeTree(dest).keys()]).toEqual([
    "linux_amd64",
    "linux_amd64/dir",
    "linux_amd64/dir/amd64",
    "linux_amd64/mine",
    "linux_arm64",
    "linux_arm64/dir",
    "linux_arm64/dir/arm64",
  ]);
  const together = temporaryFolder();
  await build(context, {
    platforms,
    outputs: [{ type: "local", dest: together, attrs: { "platform-split": "false" } }],
  });
  expect([...describeTree(together).keys()]).toEqual(["dir", "dir/amd64", "dir/arm64"]);
});

test("an archive into a file and into a stream", async () => {
  const context = oddContext();
  const path = join(temporaryFolder(), "out.tar");
  await build(context, { outputs: [{ type: "tar", dest: path }] });
  const stream = new PassThrough();
  const [bytes] = await Promise.all([buffer(stream), build(context, { outputs: [{ type: "tar", dest: stream }] })]);
  const listed = await run("tar", ["-tf", path]);
  expect(listed.stdout.split("\n")).toContain("a/b/c/deep");
  expect((await run("tar", ["-tf", "-"], { input: bytes })).stdout).toBe(listed.stdout);
});

test("a build that is cancelled while it exports leaves nothing half-written", async () => {
  const context = temporaryFolder();
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY large /\n");
  writeFileSync(join(context, "large"), randomBytes(60_000_000));
  const folder = temporaryFolder();
  const stop = new AbortController();
  const building = build(context, {
    signal: stop.signal,
    outputs: [{ type: "tar", dest: join(folder, "out.tar") }],
    onEvent: (event) => {
      if (event.kind === "progress" && event.id.startsWith("sending")) stop.abort();
    },
  });
  const outcome: unknown = await building.catch((error: unknown) => error);
  if (stop.signal.aborted) {
    expect(outcome).toMatchObject({ code: "cancelled" });
    expect([...describeTree(folder).keys()]).toEqual([]);
  }
  expect(existsSync(join(folder, "out.tar"))).toBe(!stop.signal.aborted);
  rmSync(context, { recursive: true });
});

test("what was written before a build began is in it, however shortly before", async () => {
  const context = temporaryFolder();
  const dest = join(temporaryFolder(), "out");
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY . /\n");
  for (let index = 0; index < 300; index++) writeFileSync(join(context, `other-${index}`), "");
  const client = await connect(testWorker().dockerHost);
  onTestFinished(() => client.close());
  const solved = () => client.solve(context, { outputs: [{ type: "local", dest }] });
  const started = () => run(process.execPath, [cli, "solve", context, "-o", dest, "--progress", "plain"]);
  for (const [turn, begin] of [started, started, ...Array.from({ length: 4 }, () => solved)].entries()) {
    // Of the same length as before, and something that comes and goes.
    writeFileSync(join(context, "edited"), `turn ${10 + turn}`);
    const [fresh, gone] = [join(context, `fresh-${turn}`), join(context, `fresh-${turn - 1}`)];
    rmSync(gone, { force: true });
    writeFileSync(fresh, "");
    await begin();
    expect(readFileSync(join(dest, "edited"), "utf8")).toBe(`turn ${10 + turn}`);
    expect(existsSync(join(dest, `fresh-${turn}`))).toBe(true);
    rmSync(dest, { recursive: true });
  }
});
