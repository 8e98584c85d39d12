import type { Op, OpFileAction, OpOwner } from "./op.ts";

/**
 * What makes an op unfit, as the end of a sentence about it; undefined if nothing does. Indices must lead to what is
 * there, and each kind must have what no worker can do without.
 */
export function opProblem(op: Op): string | undefined {
  for (const { output } of op.inputs) {
    if (!isIndex(output)) return `takes output ${output} of an input`;
  }
  switch (op.kind) {
    case "head":
      return op.inputs.length === 1 ? undefined : `has ${op.inputs.length} inputs where a head has one`;
    case "source":
      return op.identifier === "" ? "has no identifier" : undefined;
    case "exec":
      if (op.meta.args.length === 0) return "has no command";
      if (!op.mounts.some((mount) => mount.dest === "/")) return "has no root file system";
      return firstProblem(
        op.mounts,
        (mount) => inputProblem(mount.input, op.inputs.length) ?? outputProblem(mount.output),
      );
    case "file":
      if (op.actions.length === 0) return "has no actions";
      return firstProblem(op.actions, (action, index) => actionProblem(action, op.inputs.length, index));
    case "build":
      return inputProblem(op.builder, op.inputs.length) ?? firstProblem([...op.named.values()], presentIn(op));
    case "merge":
      return firstProblem(op.layers, presentIn(op));
    case "diff":
      return inputProblem(op.lower, op.inputs.length) ?? inputProblem(op.upper, op.inputs.length);
    case "passthrough":
      if (op.id === "") return "has no id";
      if (op.outputs.length === 0) return "has no outputs";
      return firstProblem(op.outputs, presentIn(op));
  }
}

/** How many outputs an op has, the empty ones between them counted. */
export function outputCount(op: Op): number {
  switch (op.kind) {
    case "exec":
      return op.mounts.reduce((count, mount) => Math.max(count, mount.output + 1), 0);
    case "file":
      return op.actions.reduce((count, action) => Math.max(count, action.output + 1), 0);
    case "passthrough":
      return op.outputs.length;
    case "head":
      return 0;
    case "source":
    case "build":
    case "merge":
    case "diff":
      return 1;
  }
}

function firstProblem<T>(items: readonly T[], problemOf: (item: T, index: number) => string | undefined) {
  for (const [index, item] of items.entries()) {
    const problem = problemOf(item, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** An action can use the inputs and the results of the actions before it. */
function actionProblem(action: OpFileAction, inputs: number, index: number): string | undefined {
  return (
    inputProblem(action.input, inputs + index) ??
    (action.kind === "copy" ? inputProblem(action.secondaryInput, inputs + index) : undefined) ??
    outputProblem(action.output) ??
    ("owner" in action ? ownerProblem(action.owner, inputs) : undefined)
  );
}

function ownerProblem(owner: OpOwner | undefined, inputs: number): string | undefined {
  for (const user of [owner?.user, owner?.group]) {
    if (user === undefined || "id" in user) continue;
    const problem = inputProblem(user.input, inputs);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function inputProblem(index: number, count: number): string | undefined {
  if (index === -1 || (isIndex(index) && index < count)) return undefined;
  return `uses input ${index} of ${count}`;
}

/** Outputs are few: an index of millions could only exhaust whoever makes a list of them. */
function outputProblem(index: number): string | undefined {
  return index === -1 || (isIndex(index) && index < 0x10000) ? undefined : `has an output number ${index}`;
}

function presentIn(op: Op): (index: number) => string | undefined {
  return (index) => (index === -1 ? "uses scratch where an input must be" : inputProblem(index, op.inputs.length));
}

function isIndex(index: number): boolean {
  return Number.isSafeInteger(index) && index >= 0;
}
