import type { CopyAction, Edge, FileVertex } from "../../llb/vertex.ts";
import type { AddInstruction, CopyInstruction } from "../../parser/instruction.ts";
import type { PatternMatcher } from "../../pattern-matcher.ts";
import { formatPlatformFully } from "../../platform.ts";
import { parseGitRef } from "../git-ref.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { checkIgnoredSource } from "../lint/instruction-checks.ts";
import { isAbsoluteOn, normalizePath, removeDriveLetter } from "../paths.ts";
import { parseChmod } from "./chmod.ts";
import { checkChecksum } from "./copy-checksum.ts";
import { linkFiles } from "./copy-link.ts";
import { copyLocal } from "./copy-local.ts";
import { copyDownload, RepositoryReader } from "./copy-remote.ts";
import { commitToHistory } from "./history.ts";
import { inlineFile } from "./inline-file.ts";
import { locationOf } from "./location.ts";
import { named } from "./named.ts";
import { parseOwner } from "./owner.ts";
import type { LowerContext, StageState } from "./state.ts";
import { instructionText, stepName } from "./step-name.ts";

/** What all copies of one instruction have in common. */
export type CommonCopy = Pick<CopyAction, "kind" | "dest" | "owner" | "mode" | "excludePatterns" | "createDestPath">;

/**
 * COPY and ADD: one vertex with one action per source, in the order written, heredocs last; linked, a vertex of its own
 * that is merged on top. `source` is what paths are read from; `ignore` is what keeps files out of it.
 */
export function copyFiles(
  context: LowerContext,
  state: StageState,
  instruction: CopyInstruction | AddInstruction,
  source: Edge | undefined,
  ignore: PatternMatcher | undefined,
): StageState {
  const os = state.platform.os;
  const common: CommonCopy = {
    kind: "copy",
    dest: destinationOf(instruction.destPath, state.workdir, os),
    owner: instruction.chown === "" ? undefined : parseOwner(instruction.chown),
    mode: parseChmod(instruction.chmod),
    excludePatterns: instruction.excludePatterns,
    createDestPath: true,
  };
  if (instruction.kind === "add") checkChecksum(instruction);
  const text = instructionText(instruction.code, state.env, { escape: context.escape });
  const name = stepName(context, state, text, state.platform, state.env);

  const actions: CopyAction[] = [];
  const repositories = instruction.kind === "add" ? new RepositoryReader(instruction) : undefined;
  for (const path of instruction.sourcePaths) {
    const git = parseGitRef(path);
    if (git.kind === "invalid") throw new InvalidDockerfile("git-address", `"${path}": ${git.problem}`);
    if (git.kind === "git" && !git.ref.looksLocal) {
      if (repositories === undefined) throw refuseRemote(path, "git repository");
      actions.push(repositories.copy(common, git.ref, name));
    } else if (git.kind === "other" && /^https?:\/\//.test(path)) {
      if (repositories === undefined || instruction.kind !== "add") throw refuseRemote(path, "download");
      actions.push(copyDownload(common, path, name, repositories.checksum, instruction.unpack ?? false));
    } else {
      checkIgnoredSource(context.lint, instruction.lines, instruction.kind === "add" ? "Add" : "Copy", path, ignore);
      actions.push(copyLocal(common, instruction, path, source, os));
    }
  }
  for (const content of instruction.sourceContents) {
    const path = removeDriveLetter(content.path, os, false);
    actions.push({ ...common, source: inlineFile(path, content.data, 0o644), src: path });
  }

  const vertex: FileVertex = {
    kind: "file",
    base: state.root,
    actions,
    metadata: { description: named(name), ignoreCache: context.ignoreCache || undefined },
    locations: locationOf(context.sourceMap, instruction.lines),
  };
  // A mode needs to see the files that it changes, so such a copy is not linked.
  const linked = instruction.link && instruction.chmod === "" && context.caps.has("mergeop");
  const history = commitToHistory(context, state, historyText(instruction), "step");
  if (!linked) return { ...state, root: { vertex, output: 0 }, step: state.step + 1, history };
  const linkName = stepName(context, state, `LINK ${text}`, state.platform, state.env);
  // Unique in a build, and the same whenever the build is: the line tells instructions apart, the step triggers.
  const id = `link-${instruction.lines[0] ?? 0}.${state.step}-${formatPlatformFully(state.platform)}`;
  return { ...state, root: linkFiles(vertex, { id, name, linkName }), step: state.step + 1, history };
}

/** The absolute target, with what marks it as a folder; the empty path and `.` are the working directory, a folder. */
function destinationOf(path: string, workdir: string, os: string): string {
  const dest = removeDriveLetter(path, os, true);
  if (isAbsoluteOn(dest, os)) return normalizePath("/", dest, os, true);
  return normalizePath(workdir, dest === "." || dest === "" ? "./" : dest, os, true);
}

function refuseRemote(path: string, what: string): InvalidDockerfile {
  return new InvalidDockerfile("copy-source", `COPY cannot take "${path}", a ${what}: use ADD`);
}

function historyText(instruction: CopyInstruction | AddInstruction): string {
  let text = instruction.kind === "add" ? "ADD" : "COPY";
  if (instruction.kind === "copy" && instruction.parents) text += " --parents";
  if (instruction.chown !== "") text += ` --chown=${instruction.chown}`;
  if (instruction.chmod !== "") text += ` --chmod=${instruction.chmod}`;
  for (const path of instruction.sourcePaths) text += ` ${path}`;
  for (const { path } of instruction.sourceContents) text += ` <<${path}`;
  return `${text} ${instruction.destPath}`;
}
