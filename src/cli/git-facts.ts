import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { parseBoolean } from "./parse/key-values.ts";
import type { Terminal } from "./terminal.ts";

/** The folders of a build, and what is asked about the repository that they are in. */
export interface GitSubject {
  /** The context; an address has no facts of its own here. */
  readonly context: string;
  readonly dockerfile: string | undefined;
  /** Named contexts that are folders, by name. */
  readonly named: Readonly<Record<string, string>>;
  /** Whether a provenance is made that would tell of them. */
  readonly attests: boolean;
}

/**
 * What the git repository around a context says, as options of BuildKit's frontend: as docker buildx adds it to the
 * provenance unless BUILDX_GIT_INFO is off, and to the labels where BUILDX_GIT_LABELS is on. Nothing without a
 * repository. What git refuses to tell is left out, with a note of why.
 */
export async function gitFacts(
  subject: GitSubject,
  { env, cwd }: Pick<Terminal, "env" | "cwd">,
): Promise<{ readonly options: Readonly<Record<string, string>>; readonly note?: string }> {
  const labels = env.BUILDX_GIT_LABELS === "full" || parseBoolean(env.BUILDX_GIT_LABELS ?? "") === true;
  const info = parseBoolean(env.BUILDX_GIT_INFO ?? "") !== false && subject.attests;
  const folder = resolve(cwd, subject.context);
  if ((!labels && !info) || !isInRepository(folder)) return { options: {} };
  try {
    const asking = [git(folder, ["rev-parse", "--show-toplevel"]), commitOf(folder, env), remoteOf(folder)] as const;
    const [root, commit, remote] = await Promise.all(asking);
    const dockerfile = relativeTo(root, resolve(cwd, subject.dockerfile ?? join(folder, "Dockerfile")));
    const options = {
      ...(labels && commit !== "" ? { "label:org.opencontainers.image.revision": commit } : {}),
      ...(labels && remote !== "" ? { "label:org.opencontainers.image.source": remote } : {}),
      ...(labels && dockerfile !== undefined ? { "label:com.docker.image.source.entrypoint": dockerfile } : {}),
      ...(info && commit !== "" ? { "vcs:revision": commit } : {}),
      ...(info && remote !== "" ? { "vcs:source": remote } : {}),
      ...(info ? localFolders(root, folder, subject, cwd) : {}),
    };
    return { options };
  } catch (error) {
    const words =
      error instanceof Error
        ? (error.message.split("\n").find((line) => /^(fatal|error)/.test(line)) ?? error.message)
        : "";
    return { options: {}, note: `What git knows of ${folder} is not in the provenance: ${words}` };
  }
}

/** Asked before git is, which takes as long as all else that a small build does here. */
function isInRepository(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (dirname(at) === at) return false;
  }
}

async function commitOf(folder: string, env: Terminal["env"]): Promise<string> {
  // There may be none yet.
  const commit = await git(folder, ["rev-parse", "--verify", "-q", "HEAD"]).catch(() => "");
  if (commit === "" || parseBoolean(env.BUILDX_GIT_CHECK_DIRTY ?? "") !== true) return commit;
  const status = await git(folder, ["status", "--porcelain", "--ignored"]).catch(() => "unknown");
  return status === "" ? commit : `${commit}-dirty`;
}

/** That of the branch, or else `origin`, or `upstream`; without name and password. */
async function remoteOf(folder: string): Promise<string> {
  const ask = (...args: readonly string[]) => git(folder, args).catch(() => "");
  const branch = await ask("symbolic-ref", "-q", "HEAD");
  const ofBranch = branch === "" ? "" : await ask("for-each-ref", "--format=%(upstream:remotename)", branch);
  for (const name of [ofBranch, "origin", "upstream"]) {
    const url = name === "" ? "" : await ask("remote", "get-url", name);
    // A name may be a token.
    if (url !== "") return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
  }
  return "";
}

function localFolders(root: string, folder: string, { dockerfile, named }: GitSubject, cwd: string) {
  const places = { context: folder, dockerfile: dockerfile === undefined ? folder : dirname(resolve(cwd, dockerfile)) };
  const entries = Object.entries({ ...named, ...places }).flatMap(([name, place]) => {
    const path = relativeTo(root, resolve(cwd, place));
    return path === undefined ? [] : [[`vcs:localdir:${name}`, path === "" ? "." : path] as const];
  });
  return Object.fromEntries(entries);
}

/** With slashes; undefined for what is not there or outside. */
function relativeTo(root: string, path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const inside = relative(realpathSync(root), realpathSync(path));
  return inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)
    ? undefined
    : inside.split(sep).join("/");
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  const { execFile } = await import("node:child_process");
  const { stdout } = await promisify(execFile)("git", ["-C", folder, ...args], { encoding: "utf8" });
  return stdout.split("\n")[0]?.replaceAll("'", "") ?? "";
}
