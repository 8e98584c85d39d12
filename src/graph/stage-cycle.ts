import type { Instruction } from "../parser/instruction.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import type { StageNode } from "./stage-node.ts";

/**
 * Refuses stages whose COPY and RUN instructions read from one another in a circle.
 * @throws InvalidDockerfile at the instructions that lead from a stage around the circle.
 */
export function refuseCycles(nodes: readonly StageNode[]): void {
  const visited = new Set<StageNode>();
  for (const node of nodes) {
    const path = node.dependencies.size === 0 || visited.has(node) ? undefined : findCycle(node, visited);
    if (path === undefined) continue;
    const [lines = [], ...related] = path.map((instruction) => instruction.lines);
    throw new InvalidDockerfile(
      "stage-cycle",
      `the stage "${node.displayName}" needs itself: its instructions and those of the stages they read from form a circle`,
      { lines, related },
    );
  }
}

interface Step {
  readonly node: StageNode;
  /** The instruction that led here; undefined for the first. */
  readonly by: Instruction | undefined;
  readonly rest: Iterator<[StageNode, Instruction]>;
}

/** Depth first, by a stack of our own since thousands of stages may be linked in a row. */
function findCycle(start: StageNode, visited: Set<StageNode>): readonly Instruction[] | undefined {
  const stack: Step[] = [];
  const open = new Set<StageNode>();
  const enter = (node: StageNode, by: Instruction | undefined) => {
    visited.add(node);
    open.add(node);
    stack.push({ node, by, rest: node.dependencies.entries() });
  };
  enter(start, undefined);
  for (let step = stack.at(-1); step !== undefined; step = stack.at(-1)) {
    const next = step.rest.next();
    if (next.done === true) {
      open.delete(step.node);
      stack.pop();
      continue;
    }
    const [node, by] = next.value;
    if (open.has(node)) return [...stack.flatMap((entry) => entry.by ?? []), by];
    if (!visited.has(node)) enter(node, by);
  }
  return undefined;
}
