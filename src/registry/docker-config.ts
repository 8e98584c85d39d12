import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { errnoOf, errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The part of Docker's `config.json` that is about registries. Keys are as written there. */
export interface DockerConfig {
  readonly auths: ReadonlyMap<string, AuthEntry>;
  /** The helper for one registry, by the end of its program's name. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** The helper for all others. */
  readonly credsStore: string | undefined;
}

export interface AuthEntry {
  readonly username: string;
  readonly password: string;
  readonly identityToken: string;
  readonly registryToken: string;
}

/** The folder of Docker's client configuration: DOCKER_CONFIG, or `.docker` in the home folder. */
export function dockerConfigFolder(env: Environment): string {
  return env.DOCKER_CONFIG || join(homedir(), ".docker");
}

/**
 * Reads `config.json`; an absent one is an empty one.
 * Rejects with a Failure `auth-refused` that says where it is broken and nothing of what it holds.
 */
export async function readDockerConfig(env: Environment): Promise<DockerConfig> {
  const path = join(dockerConfigFolder(env), "config.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return emptyConfig;
    throw new Failure("auth-refused", `cannot read ${path}: ${errnoText(error)}`, {
      remedy: "Make it readable, or point DOCKER_CONFIG to another folder.",
    });
  }
  return text.trim() === "" ? emptyConfig : parseConfig(text, path);
}

/**
 * The registries of the variable DOCKER_AUTH_CONFIG, a `config.json` that holds only `auths` with their `auth`. They
 * come before those of the file. Like Docker, this passes over a value that it cannot read.
 */
export function readAuthVariable(env: Environment): ReadonlyMap<string, AuthEntry> {
  const text = env.DOCKER_AUTH_CONFIG ?? "";
  if (text === "") return emptyConfig.auths;
  try {
    const { auths } = parseConfig(text, "DOCKER_AUTH_CONFIG");
    return [...auths.values()].every((entry) => entry.username !== "") ? auths : emptyConfig.auths;
  } catch {
    return emptyConfig.auths;
  }
}

const emptyConfig: DockerConfig = { auths: new Map(), credHelpers: new Map(), credsStore: undefined };

function parseConfig(text: string, where: string): DockerConfig {
  const broken = (what: string) =>
    new Failure("auth-refused", `${where} is broken: ${what}`, {
      remedy: "Correct it, or log in again with `docker login`.",
    });
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and with it perhaps a password.
    throw broken("it is not JSON");
  }
  if (!isRecord(root)) throw broken("it is not a JSON object");
  const auths = new Map<string, AuthEntry>();
  for (const [registry, value] of Object.entries(recordOf(root.auths))) {
    const entry = authEntry(recordOf(value));
    if (entry === undefined)
      throw broken(`the auth of ${JSON.stringify(registry)} is not a name and a password in base64`);
    auths.set(registry, entry);
  }
  const helpers = Object.entries(recordOf(root.credHelpers)).map(([key, value]): [string, string] => [
    key,
    textOf(value),
  ]);
  return { auths, credHelpers: new Map(helpers), credsStore: textOf(root.credsStore) || undefined };
}

/** `auth` is `name:password` in base64, and comes before the two in clear. */
function authEntry(entry: Readonly<Record<string, unknown>>): AuthEntry | undefined {
  const auth = textOf(entry.auth);
  const decoded = auth === "" ? undefined : decodeAuth(auth);
  if (auth !== "" && decoded === undefined) return undefined;
  return {
    username: decoded?.username ?? textOf(entry.username),
    password: decoded?.password ?? textOf(entry.password),
    identityToken: textOf(entry.identitytoken),
    registryToken: textOf(entry.registrytoken),
  };
}

function decodeAuth(auth: string): { readonly username: string; readonly password: string } | undefined {
  if (!/^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(auth)) return undefined;
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon <= 0) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/^\0+|\0+$/g, "") };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
