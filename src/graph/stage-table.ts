import { goLower } from "../parser/go-case.ts";
import type { Stage } from "../parser/instruction.ts";
import { parseInt64 } from "./go-numbers.ts";
import { StageNode } from "./stage-node.ts";

/**
 * The stages of a Dockerfile in order, then the images that instructions name without a stage. FROM looks names up as
 * they are written, among the lower-case names; everything else in any case.
 */
export class StageTable {
  readonly #nodes: StageNode[] = [];
  readonly #byName = new Map<string, StageNode>();

  get nodes(): readonly StageNode[] {
    return this.#nodes;
  }

  add(node: StageNode): void {
    this.#nodes.push(node);
    const { name } = node.stage;
    if (name !== "") this.#byName.set(goLower(name), node);
  }

  /** The stage that `FROM name` means. */
  findBase(name: string): StageNode | undefined {
    return this.#byName.get(name);
  }

  findByName(name: string): StageNode | undefined {
    return this.#byName.get(goLower(name));
  }

  /** The stage, or the image of the table, at a position written as text; `"none"` for a text that is no number. */
  findByIndex(text: string): StageNode | undefined | "none" {
    const index = parseInt64(text);
    return index === undefined ? "none" : this.#nodes[Number(index)];
  }

  last(): StageNode | undefined {
    return this.#nodes.at(-1);
  }

  /** As they are written: for suggestions. */
  names(): readonly string[] {
    return this.#nodes.map(({ stage }) => stage.name).filter((name) => name !== "");
  }

  /** The node of an image that an instruction at `lines` names; a stage of that name is looked for first. */
  stageOrImage(name: string, lines: readonly number[]): StageNode {
    const found = this.findByName(name);
    if (found !== undefined) return found;
    const node = new StageNode(imageStage(name, lines), {
      registered: false,
      baseName: name,
      displayName: "",
      base: this.findBase(name),
    });
    this.add(node);
    return node;
  }
}

/** A stage of nothing but its base. */
function imageStage(baseName: string, lines: readonly number[]): Stage {
  return {
    name: "",
    origCmd: "",
    baseName,
    platform: "",
    docComment: "",
    sourceCode: "",
    lines,
    comments: [],
    commands: [],
  };
}
