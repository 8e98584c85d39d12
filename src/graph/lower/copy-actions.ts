import type { CopyAction, Edge } from "../../llb/vertex.ts";
import type { AddInstruction, CopyInstruction } from "../../parser/instruction.ts";
import type { PatternMatcher } from "../../pattern-matcher.ts";
import { parseGitRef } from "../git-ref.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { checkIgnoredSource } from "../lint/instruction-checks.ts";
import type { Linter } from "../lint/linter.ts";
import { removeDriveLetter } from "../paths.ts";
import type { CommonCopy } from "./copy-common.ts";
import { copyLocal } from "./copy-local.ts";
import { copyDownload, RepositoryReader } from "./copy-remote.ts";
import { inlineFile } from "./inline-file.ts";

/** What a COPY or ADD reads from. */
export interface CopySource {
  /** The root of its paths; undefined for scratch. */
  readonly root: Edge | undefined;
  /** What keeps files out of it. */
  readonly ignore: PatternMatcher | undefined;
  /** The system of the stage that receives the files, by which paths are read. */
  readonly os: string;
}

/** One action for each source of the instruction, in the order written, heredocs last. `name` is that of the step. */
export function copyActions(
  instruction: CopyInstruction | AddInstruction,
  common: CommonCopy,
  source: CopySource,
  name: string,
  lint: Linter,
): readonly CopyAction[] {
  const actions: CopyAction[] = [];
  const add = instruction.kind === "add" ? { instruction, repositories: new RepositoryReader(instruction) } : undefined;
  for (const path of instruction.sourcePaths) {
    const git = parseGitRef(path);
    if (git.kind === "invalid") throw new InvalidDockerfile("git-address", `"${path}": ${git.problem}`);
    if (git.kind === "git" && !git.ref.looksLocal) {
      if (add === undefined) throw refuseRemote(path, "git repository");
      actions.push(add.repositories.copy(common, git.ref, name));
    } else if (git.kind === "other" && /^https?:\/\//.test(path)) {
      if (add === undefined) throw refuseRemote(path, "download");
      actions.push(copyDownload(common, path, name, add.repositories.checksum, add.instruction.unpack ?? false));
    } else {
      checkIgnoredSource(lint, instruction.lines, add === undefined ? "Copy" : "Add", path, source.ignore);
      actions.push(copyLocal(common, instruction, path, source.root, source.os));
    }
  }
  for (const content of instruction.sourceContents) {
    const path = removeDriveLetter(content.path, source.os, false);
    actions.push({ source: inlineFile(path, content.data, 0o644), src: path, ...common });
  }
  return actions;
}

function refuseRemote(path: string, what: string): InvalidDockerfile {
  return new InvalidDockerfile("copy-source", `COPY cannot take "${path}", a ${what}: use ADD`);
}
