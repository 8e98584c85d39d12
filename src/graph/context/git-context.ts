import type { SourceVertex } from "../../llb/vertex.ts";
import { type GitRef, parseGitRef } from "../git-ref.ts";
import { gitSource } from "../git-source.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";

export interface GitContextOptions {
  /** Keeps `.git`, whatever the address says. */
  readonly keepGitDir?: boolean | undefined;
  /** Gives files the commit's time unless the address says otherwise. */
  readonly commitTimes?: boolean | undefined;
}

/**
 * The source of a git address used as a context; undefined if it is none. The short form `github.com/owner/name`
 * counts here, unlike in ADD.
 * @throws InvalidDockerfile for an address with options that make no sense.
 */
export function gitContext(address: string, options: GitContextOptions = {}): SourceVertex | undefined {
  const parsed = parseGitRef(address);
  switch (parsed.kind) {
    case "other":
      return undefined;
    case "invalid":
      throw new InvalidDockerfile("git-address", `the git context "${address}" is not valid: ${parsed.problem}`);
    case "git": {
      const { caps, ...vertex } = gitSource(sourceOf(parsed.ref, options));
      const title = `[internal] load git source ${address}`;
      return { ...vertex, metadata: { caps, description: new Map([["llb.customname", title]]) } };
    }
  }
}

function sourceOf(ref: GitRef, options: GitContextOptions) {
  return {
    ...ref,
    keepGitDir: ref.keepGitDir === true || options.keepGitDir === true,
    skipSubmodules: ref.submodules === false,
    mtime: ref.mtime === "" && options.commitTimes === true ? ("commit" as const) : ref.mtime,
  };
}
