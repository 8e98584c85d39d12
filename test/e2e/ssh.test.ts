import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { copyPrograms } from "./host-programs.ts";
import { run } from "./worker.ts";

const use = `ARG BASE
FROM $BASE
ENV PATH=/bin:/usr/bin
COPY tools /
WORKDIR /work
COPY message keys/*.pub ./
ARG ROUND
RUN --mount=type=ssh ssh-add -L > listed
`;

test("steps list and use the keys of an agent, and cannot change it", async () => {
  const context = await contextWithTools(
    `${use}RUN --mount=type=ssh ssh-keygen -Y sign -n file -f agent.pub message
RUN --mount=type=ssh ! ssh-add -D && ! ssh-add -x </dev/null && ssh-add -L | cmp - listed
RUN --mount=type=ssh,id=other test ! -e "$SSH_AUTH_SOCK"
FROM scratch
COPY --from=0 /work /
`,
  );
  await makeKey(context, "agent", ["-t", "ed25519"]);
  const socket = await startAgent([join(context, "keys/agent")]);
  const dest = join(temporaryFolder(), "out");
  await build(context, { ssh: { default: [socket] }, outputs: [{ type: "local", dest }] });
  const publicKey = readFileSync(join(context, "keys/agent.pub"), "utf8");
  expect(readFileSync(join(dest, "listed"), "utf8")).toBe(publicKey);
  await verifySignature(dest);
});

test.each([
  ["ed25519", ["-t", "ed25519"]],
  ["rsa", ["-t", "rsa", "-b", "2048"]],
  ["rsa in PEM", ["-t", "rsa", "-b", "3072", "-m", "PEM"]],
  ["ecdsa", ["-t", "ecdsa", "-b", "256"]],
  ["ecdsa in PKCS #8", ["-t", "ecdsa", "-b", "384", "-m", "PKCS8"]],
  ["ecdsa 521", ["-t", "ecdsa", "-b", "521"]],
])("steps use a key from a file: %s", async (_, type) => {
  const context = await contextWithTools(
    `${use}RUN --mount=type=ssh ssh-keygen -Y sign -n file -f agent.pub message
FROM scratch
COPY --from=0 /work /
`,
  );
  await makeKey(context, "agent", type);
  const dest = join(temporaryFolder(), "out");
  const paths = [join(context, "keys/agent")];
  await build(context, { ssh: { default: paths }, outputs: [{ type: "local", dest }] });
  const [kind, key] = readFileSync(join(context, "keys/agent.pub"), "utf8").split(" ");
  expect(readFileSync(join(dest, "listed"), "utf8").trim()).toBe(`${kind} ${key}`);
  await verifySignature(dest);
});

test("an agent that was not granted is not there, and one that is gone is named", async () => {
  const context = contextWith("ARG BASE\nFROM $BASE\nRUN --mount=type=ssh,required true\n", { fresh: true });
  await expect(build(context)).rejects.toThrow(/ssh/i);
  const folder = temporaryFolder();
  await expect(build(context, { ssh: { default: [join(folder, "none")] } })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining(join(folder, "none")),
  });
  writeFileSync(join(folder, "key"), "not a key");
  await expect(build(context, { ssh: { default: [join(folder, "key")] } })).rejects.toMatchObject({
    code: "usage",
    message: expect.not.stringContaining("not a key"),
  });
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", join(folder, "locked")]);
  await expect(build(context, { ssh: { default: [join(folder, "locked")] } })).rejects.toThrow(/passphrase/);
});

test("an agent that dies during the build fails the step that uses it, with the agent's name", async () => {
  const context = await contextWithTools(`${use}RUN --mount=type=ssh ssh-add -L\n`);
  await makeKey(context, "agent", ["-t", "ed25519"]);
  const agent = await startAgent([]);
  const building = build(context, {
    ssh: { default: [agent] },
    onEvent: (event) => {
      // The context is there: the steps are yet to come.
      if (event.kind === "completed") for (const kill of killers.splice(0)) kill();
    },
  });
  await expect(building).rejects.toThrow(agent);
});

const killers: (() => void)[] = [];

/** A context with a message, a folder of keys and OpenSSH's programs in `tools`. */
async function contextWithTools(dockerfile: string): Promise<string> {
  const context = contextWith(dockerfile, { fresh: true });
  mkdirSync(join(context, "keys"));
  writeFileSync(join(context, "message"), "hello");
  await copyPrograms(join(context, "tools"), ["/usr/bin/ssh-add", "/usr/bin/ssh-keygen"]);
  return context;
}

async function makeKey(context: string, name: string, type: readonly string[]): Promise<void> {
  const file = join(context, "keys", name);
  const made = await run("ssh-keygen", ["-q", ...type, "-N", "", "-C", "a comment", "-f", file]);
  expect(made.code, made.stderr).toBe(0);
}

/** A real ssh-agent with these keys; gives its socket. */
async function startAgent(keys: readonly string[]): Promise<string> {
  const socket = join(temporaryFolder(), "agent.sock");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => {
    agent.kill();
  });
  killers.push(() => agent.kill("SIGKILL"));
  await once(agent.stdout, "data");
  for (const key of keys) {
    const added = await run("ssh-add", ["-q", key], { env: { SSH_AUTH_SOCK: socket } });
    expect(added.code, added.stderr).toBe(0);
  }
  return socket;
}

async function verifySignature(folder: string): Promise<void> {
  const checked = await run("ssh-keygen", ["-Y", "check-novalidate", "-n", "file", "-s", "message.sig"], {
    cwd: folder,
    input: "hello",
  });
  expect(checked.stdout + checked.stderr).toMatch(/Good "file" signature/);
}
