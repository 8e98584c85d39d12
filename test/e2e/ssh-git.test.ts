import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../loopback.ts";
import { contextWith, temporaryFolder } from "./builds.ts";
import { copyPrograms } from "./host-programs.ts";
import { type Ran, run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

test("git over SSH, in a step and by ADD, with keys, with an agent, and with neither", async () => {
  const host = await gitHost();
  const clone = `git clone -q ${host.url} /src`;
  const context = contextWith(
    `ARG BASE
FROM $BASE AS tools
COPY tools /
ENV PATH=/bin:/usr/bin HOME=/root GIT_SSH_COMMAND="ssh -o StrictHostKeyChecking=no"
FROM tools AS step
RUN --network=host --mount=type=ssh ${clone}
FROM tools AS named
RUN --network=host --mount=type=ssh,id=deploy ${clone}
FROM scratch AS added
ADD ${host.url}#main /src
FROM scratch
COPY --from=step /src/file /step
COPY --from=named /src/file /named
COPY --from=added /src/file /added
`,
    { fresh: true },
  );
  await copyPrograms(join(context, "tools"), ["/usr/bin/git", "/usr/bin/ssh"]);
  mkdirSync(join(context, "tools/usr/lib"), { recursive: true });
  const agent = await startAgent(host.key);
  const solve = async (ways: readonly string[], target: readonly string[] = []): Promise<Ran & { dest: string }> => {
    const dest = join(temporaryFolder(), "out");
    const flags = ["--allow", "network.host", "--no-cache", "--progress", "plain", "-o", dest];
    const given = ["--build-arg", `BASE=${testWorker().base}`, ...ways.flatMap((way) => ["--ssh", way])];
    const ran = await run(process.execPath, [cli, "solve", context, ...flags, ...given, ...target], {
      env: { SSH_AUTH_SOCK: agent },
    });
    return { ...ran, dest };
  };

  const whole = await solve(["default", `deploy=${host.key}`]);
  expect(whole.code, whole.stderr).toBe(0);
  expect(readdirSync(whole.dest).sort()).toEqual(["added", "named", "step"]);
  for (const name of ["added", "named", "step"]) {
    expect(readFileSync(join(whole.dest, name), "utf8")).toBe("from the repository\n");
  }
  const bySocket = await solve([`deploy=${agent}`], ["--target", "named"]);
  expect(bySocket.code, bySocket.stderr).toBe(0);

  // The key that is not granted is of no use to a step, though its agent is at hand.
  const without = await solve([], ["--target", "named"]);
  expect(without.code).toBe(1);
  expect(without.stderr).toMatch(/Permission denied|Could not read from remote/);
  const wrong = await solve([`default=${host.otherKey}`], ["--target", "added"]);
  expect(wrong.code).toBe(1);
  const secret = readFileSync(host.key, "utf8").split("\n")[2] ?? "";
  expect(secret.length).toBeGreaterThan(20);
  for (const { stdout, stderr } of [whole, bySocket, without, wrong]) expect(stdout + stderr).not.toContain(secret);
});

test("a git context over SSH brings the user's agent", async () => {
  const host = await gitHost();
  const agent = await startAgent(host.key);
  const dest = join(temporaryFolder(), "out");
  const done = await run(process.execPath, [cli, "solve", `${host.url}#main`, "-o", dest], {
    env: { SSH_AUTH_SOCK: agent },
  });
  expect(done.code, done.stderr).toBe(0);
  expect(readFileSync(join(dest, "file"), "utf8")).toBe("from the repository\n");
});

interface GitHost {
  readonly url: string;
  /** The file of a key that may read, and of one that may not. */
  readonly key: string;
  readonly otherKey: string;
}

/** A real sshd on loopback with a git repository, that lets one key in. */
async function gitHost(): Promise<GitHost> {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  for (const name of ["host", "key", "other"]) {
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", at(name)]);
  }
  await makeRepository(at("repository"));
  const port = await freePort();
  writeFileSync(
    at("sshd_config"),
    [
      ...[`ListenAddress 127.0.0.1`, `Port ${port}`, `HostKey ${at("host")}`, `AuthorizedKeysFile ${at("key.pub")}`],
      ...["PidFile none", "UsePAM no", "StrictModes no", "PasswordAuthentication no", "PermitRootLogin yes"],
    ].join("\n"),
  );
  if (!existsSync("/run/sshd")) mkdirSync("/run/sshd");
  const sshd = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", at("sshd_config")], { stdio: "ignore" });
  endWithTest(sshd);
  await answering(port);
  return { url: `ssh://root@127.0.0.1:${port}${at("repository")}`, key: at("key"), otherKey: at("other") };
}

async function makeRepository(folder: string): Promise<void> {
  mkdirSync(folder);
  writeFileSync(join(folder, "file"), "from the repository\n");
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nCOPY file /\n");
  const git = (...args: string[]) =>
    must("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
  await git("init", "-q", "-b", "main");
  await git("add", ".");
  await git("commit", "-q", "-m", "one");
}

/** A real ssh-agent with a key; gives its socket. */
async function startAgent(key: string): Promise<string> {
  const socket = join(temporaryFolder(), "agent.sock");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
  endWithTest(agent);
  await once(agent.stdout, "data");
  await must("ssh-add", ["-q", key], { SSH_AUTH_SOCK: socket });
  return socket;
}

async function must(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { code, stderr } = await run(program, args, { env });
  expect(code, stderr).toBe(0);
}

function endWithTest(child: ChildProcess): void {
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      await setTimeout(25);
    } finally {
      socket.destroy();
    }
  }
}
