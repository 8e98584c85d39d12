import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import Long from "long";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/solver/client.ts";
import { hostileWorker } from "../solver/hostile/hostile-worker.ts";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { secondWorker } from "./second-worker.ts";
import { testWorker } from "./worker.ts";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));

const big =
  "ARG BASE\nFROM $BASE AS b\nRUN head -c 3000000 /dev/urandom > /noise\nFROM scratch\nCOPY --from=b /noise /\n";

test("a worker that is killed in mid-build: the build fails and says so, and nothing is half-written", async () => {
  const worker = await secondWorker();
  const dest = join(temporaryFolder(), "out.tar");
  const building = build(contextWith("ARG BASE\nFROM $BASE\nRUN echo begun; sleep 300\n"), {
    addr: worker.dockerHost,
    outputs: [{ type: "tar", dest }],
    onEvent: (event) => {
      if (event.kind === "log") for (const pid of worker.pids) kill(pid);
    },
  });
  await expect(building).rejects.toMatchObject({ code: "worker-unreachable" });
  expect(readdirSync(join(dest, ".."))).toEqual([]);
});

test("a worker that was restarted: the client that was connected builds on it again", async () => {
  const worker = await secondWorker();
  const client = await connect(worker.dockerHost);
  onTestFinished(() => client.close());
  await client.solve({ source: "FROM scratch\nCOPY <<EOF /a\nEOF\n" });
  await worker.restart();
  await client.solve({ source: "FROM scratch\nCOPY <<EOF /b\nEOF\n" });
});

test("an llbc that is killed: its step ends, nothing is half-written, and the next build goes on", async () => {
  const dest = temporaryFolder();
  const seconds = String(100_000 + Math.floor(Math.random() * 1e9));
  const context = contextWith(`ARG BASE\nFROM $BASE\nRUN echo begun; sleep ${seconds}\n`);
  const child = startCli(["solve", context, "--progress", "plain", "-o", join(dest, "out.tar")]);
  await output(child, "begun");
  expect(running(seconds)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  for (let waited = 0; running(seconds); waited += 100) {
    if (waited > 60_000) throw new Error("the step goes on");
    await setTimeout(100);
  }
  expect(readdirSync(dest)).toEqual([]);
  await build(contextWith("FROM scratch\nCOPY a.txt /\n"), { outputs: [{ type: "tar", dest: join(dest, "out.tar") }] });
  expect(readdirSync(dest)).toEqual(["out.tar"]);
});

test("a second interrupt leaves at once, whatever the worker does", async () => {
  let interrupt = () => {};
  const addr = await hostileWorker(async ({ cancelled, status }) => {
    await status({ vertexes: [{ digest: "sha256:v", name: "[1/1] RUN wait", started: { seconds: Long.ONE } }] });
    await cancelled;
    // It does not answer, so the build would wait for it.
    interrupt();
    await new Promise(() => {});
  });
  const child = startCli(["solve", contextWith("FROM scratch\n"), "--progress", "plain", "--addr", addr], {
    BUILDKIT_SYNTAX: "docker/dockerfile:1",
  });
  interrupt = () => child.kill("SIGINT");
  await output(child, "RUN wait");
  child.kill("SIGINT");
  const [code, signal] = await once(child, "exit");
  expect([code, signal]).toEqual([130, null]);
});

test("a socket that may not be used says so, and what to do", async () => {
  // Root may do everything: what is built is copied to where others can read it.
  const copy = temporaryFolder();
  cpSync(dist, copy, { recursive: true });
  chmodSync(copy, 0o755);
  const child = spawn(process.execPath, [join(copy, "cli.cjs"), "solve", "-f", "-", copy], {
    uid: 65_534,
    gid: 65_534,
    env: { PATH: process.env.PATH, HOME: copy, DOCKER_HOST: testWorker().dockerHost },
  });
  child.stdin.end("FROM scratch\n");
  const chunks: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, "close");
  const said = Buffer.concat(chunks).toString();
  expect(code, said).toBe(1);
  expect(said).toContain(testWorker().dockerHost);
  expect(said).toMatch(/permission denied|may not/i);
  expect(said).toMatch(/may read and write the socket/);
});

test.each([
  ["local", "."],
  ["oci", "image.tar"],
  ["docker", "image.tar"],
  ["tar", "files.tar"],
] as const)(
  "a disk that is full when the result comes (%s): the build fails, and leaves nothing half-written",
  async (type, name) => {
    const disk = smallDisk();
    const building = build(contextWith(big, { fresh: true }), { outputs: [{ type, dest: join(disk, name) }] });
    await expect(building).rejects.toMatchObject({
      code: "export-failed",
      message: expect.stringContaining("no space"),
    });
    expect(readdirSync(disk)).toEqual([]);
  },
);

test.each([
  ["a cache", { cacheTo: [{ type: "local", attrs: { mode: "max" } }] }],
  ["an OCI layout", { outputs: [{ type: "oci", attrs: { tar: "false" } }] }],
  ["a Docker layout", { outputs: [{ type: "docker", attrs: { tar: "false" } }] }],
] as const)("a disk that is full when blobs come (%s)", async (_, what) => {
  const dest = smallDisk();
  const options =
    "cacheTo" in what
      ? { cacheTo: what.cacheTo.map((entry) => ({ ...entry, attrs: { ...entry.attrs, dest } })) }
      : { outputs: what.outputs.map((output) => ({ ...output, dest })) };
  const building = build(contextWith(big, { fresh: true }), options);
  await expect(building).rejects.toMatchObject({ code: "export-failed", message: expect.stringContaining("no space") });
  expect(readdirSync(join(dest, "ingest"))).toEqual([]);
});

test("two builds that export into one folder: every file is whole and of one of them", async () => {
  const dest = join(temporaryFolder(), "out");
  const text = (letter: string) => letter.repeat(200_000);
  const builds = ["x", "y"].map((letter) =>
    build(
      contextWith(
        `ARG BASE\nFROM $BASE AS b\nRUN mkdir /o && for i in $(seq 1 50); do head -c 200000 /dev/zero | tr '\\0' ${letter} > /o/$i; done; echo > /o/only-${letter}\nFROM scratch\nCOPY --from=b /o /\n`,
      ),
      { outputs: [{ type: "local", dest }] },
    ),
  );
  await Promise.all(builds);
  const names = readdirSync(dest).sort();
  expect(names).toHaveLength(52);
  for (const name of names.filter((each) => !each.startsWith("only-"))) {
    expect([text("x"), text("y")].includes(readFileSync(join(dest, name), "utf8"))).toBe(true);
  }
});

/** The command line as a process of its own, on the test's worker. */
function startCli(args: readonly string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [join(dist, "cli.cjs"), ...args, "--build-arg", `BASE=${testWorker().base}`], {
    env: { ...process.env, DOCKER_HOST: testWorker().dockerHost, ...env },
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

/** Until a process has said something on its standard error; rejects when it ends before. */
async function output(child: ChildProcessWithoutNullStreams, text: string): Promise<void> {
  let said = "";
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
    said += chunk;
    // Not the command itself, as the plan shows it.
    if (said.replaceAll(/RUN echo begun.*/g, "").includes(text)) {
      child.stderr.resume();
      return;
    }
  }
  throw new Error(`it ended:\n${said}`);
}

/** Whether a process of this machine sleeps for so many seconds. */
function running(seconds: string): boolean {
  return readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(`sleep\0${seconds}\0`);
    } catch {
      return false;
    }
  });
}

/** A file system of 1 MiB. */
function smallDisk(): string {
  const path = join(temporaryFolder(), "disk");
  mkdirSync(path);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path]);
  expect(mounted.status, String(mounted.stderr)).toBe(0);
  onTestFinished(() => {
    spawnSync("umount", [path]);
  });
  return path;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
