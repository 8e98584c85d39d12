import type { SourceVertex } from "../llb/vertex.ts";
import { joinPath } from "../slash-path.ts";
import type { GitRef } from "./git-ref.ts";

/** What to check out of a repository; the fields are those of `GitRef`, after flags of the instruction had their say. */
export interface GitSource
  extends Pick<GitRef, "remote" | "transport" | "host" | "path" | "ref" | "subdir" | "checksum"> {
  readonly keepGitDir: boolean;
  readonly skipSubmodules: boolean;
  readonly mtime: GitRef["mtime"];
  readonly fetchByCommit: boolean;
}

/**
 * The identifier, attributes and capabilities of a git source op. The identifier leaves out the transport, so that one
 * repository reached in two ways is one source. BuildKit also asks an ssh host for its key while it compiles, and notes
 * the key if it gets one; compiling stays off the network here, so the worker's known hosts decide.
 */
export function gitSource(given: GitSource): Pick<SourceVertex, "kind" | "identifier"> & {
  readonly attrs: ReadonlyMap<string, string>;
  readonly caps: readonly string[];
} {
  const source = readAgain(given);
  const attrs = new Map([
    ["git.fullurl", source.remote],
    ["git.authtokensecret", "GIT_AUTH_TOKEN"],
    ["git.authheadersecret", "GIT_AUTH_HEADER"],
  ]);
  const caps = ["source.git", "source.git.fullurl"];
  const attribute = (name: string, value: string, ...needed: readonly string[]) => {
    attrs.set(name, value);
    caps.push(...needed);
  };
  if (source.keepGitDir) attribute("git.keepgitdir", "true", "source.git.keepgitdir");
  if (source.transport === "ssh") {
    attribute("git.mountsshsock", "default", "source.git.mountsshsock", "source.git.knownsshhosts");
  }
  if (source.checksum !== "") attribute("git.checksum", source.checksum, "source.git.checksum");
  if (source.skipSubmodules) attribute("git.skipsubmodules", "true", "source.git.skipsubmodules");
  if (source.mtime !== "") attribute("git.mtime", source.mtime, "source.git.mtime");
  if (source.fetchByCommit) attribute("git.fetchbycommit", "true", "source.git.fetchbycommit");
  return { kind: "source", identifier: identifierOf(source), attrs, caps };
}

/** BuildKit reads the address twice. Of one without a host or path, `ssh:` is left, which it then takes for a host. */
function readAgain(source: GitSource): GitSource {
  const { remote } = source;
  if (remote !== "ssh:" && remote !== "git:") return source;
  return { ...source, remote: `https://${remote}`, transport: "https", host: remote, path: "" };
}

function identifierOf({ host, path, ref, subdir }: GitSource): string {
  const repository = `git://${host}${joinPath("/", path)}`;
  if (ref === "" && subdir === "") return repository;
  return subdir === "" ? `${repository}#${ref}` : `${repository}#${ref}:${subdir}`;
}
