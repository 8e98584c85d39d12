import { open, stat } from "node:fs/promises";
import { errnoOf, errnoText } from "../../../errno.ts";
import { Failure } from "../../../failure.ts";
import { type PrivateKey, readPrivateKey } from "./private-key.ts";

/** What stands behind one SSH id: an agent of this machine, or keys. */
export type SshSource =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "keys"; readonly keys: readonly PrivateKey[] };

type Env = Readonly<Record<string, string | undefined>>;

/** The longest key file, in bytes. */
const maxKeyFile = 100 * 1024;

/**
 * Finds the agents and reads the keys that a build is granted, by id: paths to one socket or to any number of private
 * keys; none for the agent that SSH_AUTH_SOCK names, on Windows for that of OpenSSH.
 *
 * Rejects with a Failure `usage` that names what cannot be used, and never what is in it.
 */
export async function findSshSources(
  given: Readonly<Record<string, readonly string[]>>,
  env: Env,
  platform: string,
): Promise<ReadonlyMap<string, SshSource>> {
  const sources = new Map<string, SshSource>();
  for (const [name, paths] of Object.entries(given)) {
    const id = name === "" ? "default" : name;
    sources.set(
      id,
      await findSource(
        id,
        paths.filter((path) => path !== ""),
        env,
        platform,
      ),
    );
  }
  return sources;
}

async function findSource(id: string, paths: readonly string[], env: Env, platform: string): Promise<SshSource> {
  if (paths.length === 0) return { kind: "socket", path: agentPath(id, env, platform) };
  const [first = ""] = paths;
  const isSocket = await Promise.all(paths.map((path) => isSocketPath(path, platform)));
  if (!isSocket.includes(true)) return { kind: "keys", keys: await Promise.all(paths.map(readKeyFile)) };
  if (paths.length === 1) return { kind: "socket", path: first };
  throw new Failure("usage", `the SSH id ${JSON.stringify(id)} has a socket among ${paths.length} paths`, {
    remedy: "Give one socket, or files of keys only.",
  });
}

function agentPath(id: string, env: Env, platform: string): string {
  const path = env.SSH_AUTH_SOCK ?? "";
  if (path !== "") return path;
  if (platform === "win32") return "\\\\.\\pipe\\openssh-ssh-agent";
  throw new Failure("usage", `there is no SSH agent for the id ${JSON.stringify(id)}: SSH_AUTH_SOCK is not set`, {
    remedy: "Start one (eval $(ssh-agent); ssh-add), or name a socket or private keys.",
  });
}

async function isSocketPath(path: string, platform: string): Promise<boolean> {
  if (platform === "win32" && path.replaceAll("/", "\\").startsWith("\\\\.\\pipe\\")) return true;
  try {
    return (await stat(path)).isSocket();
  } catch (error) {
    throw cannotUse(path, errnoText(error));
  }
}

async function readKeyFile(path: string): Promise<PrivateKey> {
  let text: Buffer;
  try {
    text = await readStart(path, maxKeyFile);
  } catch (error) {
    throw cannotUse(path, errnoText(error));
  }
  try {
    return readPrivateKey(text);
  } catch (error) {
    throw cannotUse(path, reasonOf(error));
  }
}

async function readStart(path: string, size: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** OpenSSL's own words are for programmers. */
function reasonOf(error: unknown): string {
  const code = errnoOf(error) ?? "";
  if (code === "ERR_MISSING_PASSPHRASE" || code.includes("BAD_DECRYPT")) return "it has a passphrase";
  return code !== "" || !(error instanceof Error) ? "it is no private key" : error.message;
}

function cannotUse(path: string, why: string): Failure {
  return new Failure("usage", `cannot use ${path} for SSH: ${why}`, {
    remedy: "Give the socket of an agent, or private keys without passphrases; ssh-add brings others into an agent.",
  });
}
