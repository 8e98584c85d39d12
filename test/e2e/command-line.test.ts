import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { contextWith, dockerfileText, temporaryFolder } from "./builds.ts";
import { type Ran, run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

function llbc(args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<Ran> {
  return run(process.execPath, [cli, ...args], options);
}

function base(): string[] {
  return ["--build-arg", `BASE=${testWorker().base}`];
}

test("builds the folder it is given, says where, and how much came from the cache", async () => {
  const context = contextWith(dockerfileText("single"), { fresh: true });
  const first = await llbc(["solve", context, ...base(), "--progress", "plain", "-o", join(context, "out")]);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toContain(`#0 building with Docker engine at ${testWorker().dockerHost} (DOCKER_HOST)`);
  expect(first.stderr).toMatch(/#\d+ \[3\/4\] RUN echo one > \/one\n/);
  expect(readFileSync(join(context, "out/two"), "utf8")).toBe("two\n");
  const second = await llbc(["build", context, ...base()]);
  expect(second.stderr).toContain("0 run, 3 cached");
});

test("a named context stands for an image: the Dockerfile says busybox, the registry at hand has it", async () => {
  const context = contextWith("FROM busybox\nRUN cat /etc/passwd\n");
  const done = await llbc([
    "solve",
    context,
    "--build-context",
    `busybox=docker-image://${testWorker().base}`,
    "--no-cache",
  ]);
  expect(done.code, done.stderr).toBe(0);
  expect(done.stderr).toContain("root:x:0:0");
});

test("a failing RUN: its last lines, its exit code, the lines of the Dockerfile, exit code 1", async () => {
  const context = contextWith(
    "ARG BASE\nFROM $BASE\nRUN echo before && \\\n    echo something broke >&2 && exit 7\nRUN echo never\n",
  );
  const done = await llbc(["solve", context, ...base(), "-o", join(context, "out")]);
  expect(done.code).toBe(1);
  expect(done.stderr).toContain("something broke");
  expect(done.stderr).toMatch(/exit code:? 7/);
  expect(done.stderr).toMatch(/Dockerfile:3/);
  expect(done.stderr).toMatch(/3 \| RUN echo before/);
  expect(done.stderr).not.toContain("    at ");
  expect(existsSync(join(context, "out"))).toBe(false);
});

test("an invalid Dockerfile: every error with its place, nothing is sent", async () => {
  const done = await llbc(["solve", contextWith("FROM busybox\nRUNN echo\nCOPPY a b\n")]);
  expect(done.code).toBe(1);
  expect(done.stderr).toMatch(/Dockerfile:2/);
  expect(done.stderr).toMatch(/RUN\b.*\?/s);
  expect(done.stderr).toMatch(/\^\^\^\^/);
});

test("the Dockerfile from standard input, files as a tar archive on standard output", async () => {
  const done = await llbc(["solve", "-f", "-", contextWith(""), ...base(), "-o", "-"], {
    input: "FROM scratch\nCOPY a.txt /from-stdin\n",
  });
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toContain("from-stdin");
  expect(done.stdout).toContain("alpha\n");
});

test("a RUN step for a platform that the worker cannot run is refused before anything starts", async () => {
  const context = contextWith('FROM scratch\nCOPY src /bin\nRUN ["/bin/run.sh"]\n');
  const done = await llbc(["solve", context, "--platform", "linux/amd64,linux/riscv64"]);
  expect(done.code).toBe(1);
  expect(done.stderr).toMatch(/linux\/riscv64/);
  expect(done.stderr).toMatch(/help: .*llbc platforms install riscv64/);
  expect(done.stderr).not.toMatch(/^#\d+ \[[^\]]*1\/\d\] /m);
});

test("files for a platform that the worker cannot run need no emulation", async () => {
  const context = contextWith("FROM scratch\nCOPY a.txt /\n");
  const done = await llbc(["solve", context, "--platform", "linux/riscv64", "-o", "type=cacheonly"]);
  expect(done.code, done.stderr).toBe(0);
});

test("no worker: every place that was tried, and what to do", async () => {
  const nowhere = `unix://${temporaryFolder()}/none.sock`;
  const done = await llbc(["solve", contextWith("FROM scratch\n"), "--addr", nowhere]);
  expect(done.code).toBe(1);
  expect(done.stderr).toContain(nowhere);
  expect(done.stderr).toMatch(/help: /);
});

test("usage errors end with 2 and suggest what may have been meant", async () => {
  const flag = await llbc(["solve", ".", "--platfrom", "linux/amd64"]);
  expect(flag.code).toBe(2);
  expect(flag.stderr).toContain("--platform");
  const output = await llbc(["solve", ".", "-o", "type=nothing"]);
  expect(output.code).toBe(2);
  const command = await llbc(["slove"]);
  expect(command.code).toBe(2);
  expect(command.stderr).toContain("solve");
});

test("a context that is not there is said by name", async () => {
  const done = await llbc(["solve", "/no/such/folder"]);
  expect(done.code).toBe(1);
  expect(done.stderr).toContain("/no/such/folder");
  expect(done.stderr).not.toContain("    at ");
});

test("an interrupt cancels the build on the worker, leaves nothing half-written and ends with 130", async () => {
  const worker = testWorker();
  // Told apart from those of other tests that run on this machine.
  const nap = String(100_000 + process.pid);
  const context = contextWith(`ARG BASE\nFROM $BASE\nRUN echo running; sleep ${nap}\n`);
  const out = join(context, "result.tar");
  const child = spawn(
    process.execPath,
    [cli, "solve", context, ...base(), "--no-cache", "-o", `type=oci,dest=${out}`],
    {
      env: { ...process.env, DOCKER_HOST: worker.dockerHost },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let printed = "";
  const code = await new Promise<number | null>((resolve) => {
    child.stderr.on("data", (chunk: Buffer) => {
      const before = printed;
      printed += chunk.toString();
      if (!/\d running\n/.test(before) && /\d running\n/.test(printed)) child.kill("SIGINT");
    });
    child.on("close", resolve);
  });
  expect(code, printed).toBe(130);
  expect(readdirSync(context).filter((name) => name.includes("result"))).toEqual([]);
  await expect.poll(() => sleepers(nap), { timeout: 20_000 }).toBe(0);
});

/** Processes of the step above, as the machine sees them: the worker runs here. */
function sleepers(nap: string): number {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandOf(pid) === `sleep\u0000${nap}\u0000`).length;
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

test("a second build sends only what changed of a big context", async () => {
  const context = contextWith("FROM scratch\nCOPY . /\n");
  mkdirSync(join(context, "big"));
  for (let i = 0; i < 20; i++) writeFileSync(join(context, `big/${i}`), Buffer.alloc(1 << 20, i));
  const sent = (printed: string) =>
    [...printed.matchAll(/transferring context: (\S+)/g)].map((match) => match[1]).at(-1);
  const first = await llbc(["solve", context, "--progress", "plain", "-o", "type=cacheonly"]);
  expect(first.code, first.stderr).toBe(0);
  expect(sent(first.stderr)).toMatch(/MB$/);
  writeFileSync(join(context, "big/3"), "changed");
  const second = await llbc(["solve", context, "--progress", "plain", "-o", "type=cacheonly"]);
  expect(sent(second.stderr)).toMatch(/k?B$/);
  expect(sent(second.stderr)).not.toMatch(/MB$/);
});
