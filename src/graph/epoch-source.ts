import type { SourceVertex } from "../llb/vertex.ts";
import type { Env } from "../parser/env.ts";
import { expandWord } from "../parser/expand.ts";
import type { AddInstruction, ArgInstruction, Stage } from "../parser/instruction.ts";
import type { EnvList } from "./env-list.ts";
import { parseGitRef } from "./git-ref.ts";
import { gitSource } from "./git-source.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import { checkDigest } from "./lower/copy-checksum.ts";
import { filenameOf } from "./lower/copy-remote.ts";

/**
 * The one source of a stage that SOURCE_DATE_EPOCH names: FROM scratch, with ARGs and a single ADD of a download or a
 * git repository, and nothing else.
 * @throws InvalidDockerfile at the FROM line for any other stage.
 */
export function epochStageSource(
  stage: Stage,
  globalArgs: EnvList,
  buildArgs: ReadonlyMap<string, string>,
  escapeChar: "\\" | "`",
): SourceVertex {
  let env = globalArgs.delete("SOURCE_DATE_EPOCH");
  if (expand(stage.baseName, env, escapeChar) !== "scratch") throw invalid("must be FROM scratch");
  let source: SourceVertex | undefined;
  for (const instruction of stage.commands) {
    switch (instruction.kind) {
      case "arg":
        env = declare(instruction, env, buildArgs, escapeChar);
        break;
      case "add":
        if (source !== undefined) throw invalid("must contain exactly one ADD");
        source = sourceOf(instruction, env, escapeChar);
        break;
      default:
        throw invalid(`may hold only ARG and one ADD, not ${instruction.kind.toUpperCase()}`);
    }
  }
  if (source === undefined) throw invalid("must contain exactly one ADD");
  return source;
}

function declare(
  instruction: ArgInstruction,
  env: EnvList,
  buildArgs: ReadonlyMap<string, string>,
  escapeChar: "\\" | "`",
): EnvList {
  let declared = env;
  for (const { key, value } of instruction.args) {
    const given = buildArgs.get(key) ?? (value === undefined ? undefined : expand(value, declared, escapeChar));
    if (given !== undefined) declared = declared.set(key, given);
  }
  return declared;
}

function sourceOf(add: AddInstruction, env: Env, escapeChar: "\\" | "`"): SourceVertex {
  const [path, ...others] = add.sourcePaths;
  if (path === undefined || others.length > 0 || add.sourceContents.length > 0) {
    throw invalid("must contain an ADD of exactly one source");
  }
  const address = expand(path, env, escapeChar);
  const checksum = () => (add.checksum === "" ? "" : expand(add.checksum, env, escapeChar));
  const git = parseGitRef(address);
  if (/^https?:\/\//.test(address) && git.kind !== "git") return download(address, checksum());
  if (git.kind === "invalid") throw invalid(`names a git repository badly: ${git.problem}`);
  if (git.kind === "other" || git.ref.looksLocal) throw invalid("must ADD a download or a git repository");
  const { caps, ...vertex } = gitSource({
    ...git.ref,
    keepGitDir: add.keepGitDir === true || git.ref.keepGitDir === true,
    checksum: checksum() || git.ref.checksum,
    skipSubmodules: git.ref.submodules === false,
    mtime: "",
    fetchByCommit: false,
  });
  return { ...vertex, metadata: { caps } };
}

function download(address: string, checksum: string): SourceVertex {
  const attrs = new Map([["http.filename", filenameOf(address)]]);
  if (checksum !== "") {
    checkDigest(checksum);
    attrs.set("http.checksum", checksum);
  }
  return { kind: "source", identifier: address, attrs, metadata: { caps: ["source.http"] } };
}

function expand(word: string, env: Env, escapeChar: "\\" | "`"): string {
  const expanded = expandWord(word, env, { escape: escapeChar });
  if ("error" in expanded) throw new InvalidDockerfile("expansion", expanded.error);
  return expanded.result;
}

function invalid(rest: string): InvalidDockerfile {
  return new InvalidDockerfile(
    "source-date-epoch",
    `SOURCE_DATE_EPOCH stage does not meet source-only requirements: it ${rest}`,
  );
}
