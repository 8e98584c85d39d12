import type { ExpandError, WordExpander } from "./expand-error.ts";
import type { AddInstruction, CopyInstruction, Instruction, KeyValue } from "./instruction.ts";
import { parseMounts } from "./mount.ts";

export type { WordExpander } from "./expand-error.ts";

/**
 * The instruction with its words expanded, one after the other in BuildKit's order up to the first error: a new
 * instruction, or the same one where its kind has nothing to expand here. EXPOSE, CMD, ENTRYPOINT, HEALTHCHECK, SHELL,
 * ONBUILD and MAINTAINER have not; of RUN only the mounts are expanded, which makes `mounts` complete.
 */
export function expandInstruction(instruction: Instruction, expander: WordExpander): Instruction | ExpandError {
  switch (instruction.kind) {
    case "add":
    case "copy":
      return expandPaths(instruction, expander);
    case "arg": {
      const args = expandEach(instruction.args, (arg) => {
        const key = expander(arg.key);
        if (typeof key !== "string") return key;
        const value = arg.value === undefined ? undefined : expander(arg.value);
        return typeof value === "object" ? value : { ...arg, key, value };
      });
      return "error" in args ? args : { ...instruction, args };
    }
    case "env": {
      const env = expandPairs(instruction.env, expander);
      return "error" in env ? env : { ...instruction, env };
    }
    case "label": {
      const labels = expandPairs(instruction.labels, expander);
      return "error" in labels ? labels : { ...instruction, labels };
    }
    case "run": {
      if (instruction.mountFlags.length === 0) return instruction;
      const mounts = parseMounts(instruction.mountFlags, expander);
      return "error" in mounts ? mounts : { ...instruction, mounts };
    }
    case "stopsignal": {
      const signal = expander(instruction.signal);
      return typeof signal === "string" ? { ...instruction, signal } : signal;
    }
    case "user": {
      const user = expander(instruction.user);
      return typeof user === "string" ? { ...instruction, user } : user;
    }
    case "volume": {
      const volumes = expandEach(instruction.volumes, expander);
      return "error" in volumes ? volumes : { ...instruction, volumes };
    }
    case "workdir": {
      const path = expander(instruction.path);
      return typeof path === "string" ? { ...instruction, path } : path;
    }
    case "cmd":
    case "entrypoint":
    case "expose":
    case "healthcheck":
    case "maintainer":
    case "onbuild":
    case "shell":
      return instruction;
  }
}

/**
 * COPY or ADD with the contents of its heredocs expanded, where the delimiter allows it. BuildKit expands them after
 * the other words, keeps their quotes, and has the backslash for escape: give an expander with `skipProcessQuotes`.
 */
export function expandContents<T extends AddInstruction | CopyInstruction>(
  instruction: T,
  expander: WordExpander,
): T | ExpandError {
  if (instruction.sourceContents.length === 0) return instruction;
  const sourceContents = expandEach(instruction.sourceContents, (content) => {
    if (!content.expand) return content;
    const data = expander(content.data);
    return typeof data === "string" ? { ...content, data } : data;
  });
  return "error" in sourceContents ? sourceContents : { ...instruction, sourceContents };
}

function expandPaths(
  instruction: AddInstruction | CopyInstruction,
  expander: WordExpander,
): AddInstruction | CopyInstruction | ExpandError {
  const chown = expander(instruction.chown);
  if (typeof chown !== "string") return chown;
  const chmod = expander(instruction.chmod);
  if (typeof chmod !== "string") return chmod;
  const checksum = instruction.kind === "add" ? expander(instruction.checksum) : "";
  if (typeof checksum !== "string") return checksum;
  const sourcePaths = expandEach(instruction.sourcePaths, expander);
  if ("error" in sourcePaths) return sourcePaths;
  const destPath = expander(instruction.destPath);
  if (typeof destPath !== "string") return destPath;
  return instruction.kind === "add"
    ? { ...instruction, chown, chmod, checksum, sourcePaths, destPath }
    : { ...instruction, chown, chmod, sourcePaths, destPath };
}

function expandPairs(pairs: readonly KeyValue[], expander: WordExpander): readonly KeyValue[] | ExpandError {
  return expandEach(pairs, (pair) => {
    const key = expander(pair.key);
    if (typeof key !== "string") return key;
    const value = expander(pair.value);
    return typeof value === "string" ? { ...pair, key, value } : value;
  });
}

/** Each value expanded in turn, or the first error. */
function expandEach<Value extends object | string>(
  values: readonly Value[],
  expand: (value: Value) => Value | ExpandError,
): readonly Value[] | ExpandError {
  const expanded: Value[] = [];
  for (const value of values) {
    const result = expand(value);
    if (typeof result === "object" && "error" in result) return result;
    expanded.push(result);
  }
  return expanded;
}
