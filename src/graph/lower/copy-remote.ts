import type { CopyAction } from "../../llb/vertex.ts";
import type { AddInstruction } from "../../parser/instruction.ts";
import { baseName } from "../../slash-path.ts";
import type { GitRef } from "../git-ref.ts";
import { gitSource } from "../git-source.ts";
import { parseGoUrl } from "../go-url.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { checkDigest } from "./copy-checksum.ts";
import type { CommonCopy } from "./copy-common.ts";
import { named, namedCommand } from "./named.ts";

/**
 * Makes the sources of the git repositories of one ADD. What one address says of its checksum and its .git folder
 * holds for the sources after it, too.
 */
export class RepositoryReader {
  #checksum: string;
  #keepGitDir: boolean | undefined;

  constructor(instruction: AddInstruction) {
    this.#checksum = instruction.checksum;
    this.#keepGitDir = instruction.keepGitDir;
  }

  /** The checksum in force: that of the flag, or of the last address that names one. */
  get checksum(): string {
    return this.#checksum;
  }

  copy(common: CommonCopy, ref: GitRef, name: string): CopyAction {
    if (this.#keepGitDir !== undefined && ref.keepGitDir !== undefined && this.#keepGitDir !== ref.keepGitDir) {
      throw new InvalidDockerfile("git-address", '"keep-git-dir" is both true and false here: keep one of them');
    }
    if (this.#checksum !== "" && ref.checksum !== "" && this.#checksum !== ref.checksum) {
      throw new InvalidDockerfile(
        "git-address",
        `two checksums are given for the repository, "${this.#checksum}" and "${ref.checksum}": keep one of them`,
      );
    }
    this.#keepGitDir = ref.keepGitDir ?? this.#keepGitDir;
    if (ref.checksum !== "") this.#checksum = ref.checksum;
    const { kind, identifier, attrs, caps } = gitSource({
      ...ref,
      checksum: this.#checksum,
      keepGitDir: this.#keepGitDir ?? false,
      skipSubmodules: ref.submodules === false,
      // BuildKit reads the time policy of an ADD, and does not hand it on.
      mtime: "",
    });
    const metadata = { caps, description: named(name) };
    return { source: { output: 0, vertex: { kind, identifier, attrs, metadata } }, src: "/", ...common };
  }
}

/** A download. The file is called as the last part of the decoded path, or `__unnamed__` where there is none. */
export function copyDownload(
  common: CommonCopy,
  address: string,
  name: string,
  checksum: string,
  unpack: boolean,
): CopyAction {
  const filename = filenameOf(address);
  const attrs = new Map([["http.filename", filename]]);
  const caps = ["source.http"];
  if (checksum !== "") {
    checkDigest(checksum);
    attrs.set("http.checksum", checksum);
    caps.push("source.http.checksum");
  }
  // BuildKit means to write the command here; what it has at hand has no text.
  const description = namedCommand(name, "");
  return {
    source: { output: 0, vertex: { kind: "source", identifier: address, attrs, metadata: { caps, description } } },
    src: filename,
    attemptUnpack: unpack,
    ...common,
  };
}

/** The name that a download is stored under. */
export function filenameOf(address: string): string {
  const url = parseGoUrl(address);
  const base = "problem" in url ? "." : baseName(url.path);
  return base === "." || base === "/" ? "__unnamed__" : base;
}
