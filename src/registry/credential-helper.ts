import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { errnoOf, errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import { anonymous, type Credentials } from "./credentials.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Asks a credential helper, the program `docker-credential-NAME` on the PATH, for what it keeps for a server.
 * What it does not know is anonymous. Rejects with a Failure `auth-refused` when it cannot be asked.
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<Credentials> {
  const program = `docker-credential-${name}`;
  const { code, output } = await run(program, server, env, signal);
  if (code !== 0) {
    const said = output.trim();
    if (said === "credentials not found in native keychain") return anonymous;
    throw new Failure(
      "auth-refused",
      `${program} has no credentials for ${server}: ${said.slice(0, 200) || `it ended with ${code}`}`,
      {
        remedy: `Run \`echo ${server} | ${program} get\` to see why.`,
      },
    );
  }
  const answer = parseAnswer(output);
  if (answer === undefined) {
    throw new Failure("auth-refused", `${program} gave no answer that can be read for ${server}`, {
      remedy: "Log in again with `docker login`, or take the helper out of Docker's config.json.",
    });
  }
  const { username, secret } = answer;
  if (secret === "") return anonymous;
  return username === "<token>"
    ? { kind: "identity-token", token: secret }
    : { kind: "password", username, password: secret };
}

/** The helper that Docker uses on this system when its configuration names none and knows no registry. */
export async function defaultHelper(env: Environment): Promise<string | undefined> {
  const name = await preferredHelper(env);
  if (name === undefined) return undefined;
  return (await isOnPath(`docker-credential-${name}`, env)) ? name : undefined;
}

async function preferredHelper(env: Environment): Promise<string | undefined> {
  switch (process.platform) {
    case "darwin":
      return "osxkeychain";
    case "win32":
      return "wincred";
    case "linux":
      return (await isOnPath("pass", env)) ? "pass" : "secretservice";
    default:
      return undefined;
  }
}

async function isOnPath(program: string, env: Environment): Promise<boolean> {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  const folders = (env.PATH ?? env.Path ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const path of folders.flatMap((folder) => endings.map((ending) => join(folder, program + ending)))) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

interface Ran {
  /** 0 is success; -1 stands for a signal. */
  readonly code: number;
  readonly output: string;
}

async function run(program: string, input: string, env: Environment, signal: AbortSignal | undefined): Promise<Ran> {
  // Most builds start no program, and each would load what starts them.
  const { spawn } = await import("node:child_process");
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const why = errnoOf(error) === "ENOENT" ? "there is no such program on the PATH" : errnoText(error);
      reject(
        new Failure("auth-refused", `cannot run the credential helper ${program}: ${why}`, {
          remedy: "Install it, or take it out of credsStore and credHelpers in Docker's config.json.",
        }),
      );
    };
    const child = spawn(program, ["get"], {
      env: { ...env },
      signal,
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    child.once("error", fail);
    // A helper that does not read its input is no error; what it answers decides.
    child.stdin.on("error", () => {});
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("close", (code) => resolve({ code: code ?? -1, output: Buffer.concat(chunks).toString("utf8") }));
    child.stdin.end(input);
  });
}

function parseAnswer(output: string): { readonly username: string; readonly secret: string } | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    return undefined;
  }
  if (typeof answer !== "object" || answer === null) return undefined;
  const username = "Username" in answer && typeof answer.Username === "string" ? answer.Username : "";
  const secret = "Secret" in answer && typeof answer.Secret === "string" ? answer.Secret : "";
  return { username, secret };
}
