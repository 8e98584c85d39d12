import Long from "long";
import { digestOf } from "../digest.ts";
import { pb } from "../llb/proto/gen/llb.js";
import type { Node, StepGraph } from "./scheduler.ts";

/**
 * Several definitions as one graph whose steps are their RUN steps. A vertex that several definitions have is one.
 */
export interface Steps {
  readonly graph: StepGraph;
  /** A definition, as a `pb.Definition` message, whose head is the step. */
  definitionOf(step: string): Uint8Array;
}

interface Vertex extends Node {
  /**
   * Its own part of a definition. Protobuf messages that are written one after the other are read as one, with lists
   * and maps merged: a definition is the parts of its vertices in order.
   */
  readonly part: Uint8Array;
  /** An output that something uses: a RUN step need not have the first. */
  output: number;
}

/** Reads definitions, each given as a `pb.Definition` message. */
export function readSteps(definitions: readonly Uint8Array[]): Steps {
  const graph = new Map<string, Vertex>();
  for (const bytes of definitions) readDefinition(pb.Definition.decode(bytes), graph);
  return { graph, definitionOf: (step) => encodeWithHead(step, graph) };
}

function readDefinition(definition: pb.Definition, graph: Map<string, Vertex>): void {
  for (const bytes of definition.def) {
    const digest = digestOf(bytes);
    const op = pb.Op.decode(bytes);
    for (const { digest: input, index } of op.inputs) {
      const vertex = graph.get(input ?? "");
      if (vertex !== undefined && index != null) vertex.output = index.toNumber();
    }
    if (graph.has(digest)) continue;
    graph.set(digest, {
      inputs: op.inputs.map((input) => input.digest ?? ""),
      isStep: op.exec != null,
      part: encodePart(digest, bytes, definition.metadata[digest]),
      output: 0,
    });
  }
}

function encodePart(digest: string, op: Uint8Array, metadata: pb.OpMetadata.$Properties | undefined): Uint8Array {
  return pb.Definition.encode({
    def: [op],
    ...(metadata === undefined ? {} : { metadata: { [digest]: metadata } }),
  }).finish();
}

function encodeWithHead(step: string, vertices: ReadonlyMap<string, Vertex>): Uint8Array {
  const output = vertices.get(step)?.output ?? 0;
  const head = pb.Op.encode({
    inputs: [{ digest: step, ...(output === 0 ? {} : { index: Long.fromNumber(output) }) }],
  });
  const parts = ancestors(step, vertices).map((vertex) => vertex.part);
  return Buffer.concat([...parts, pb.Definition.encode({ def: [head.finish()] }).finish()]);
}

/** A vertex and all that it goes back to, inputs first. */
function ancestors(step: string, vertices: ReadonlyMap<string, Vertex>): Vertex[] {
  const found: Vertex[] = [];
  const seen = new Set<string>();
  const stack: { readonly digest: string; readonly expanded: boolean }[] = [{ digest: step, expanded: false }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const vertex = vertices.get(top.digest);
    if (vertex === undefined) continue;
    if (top.expanded) {
      found.push(vertex);
      continue;
    }
    if (seen.has(top.digest)) continue;
    seen.add(top.digest);
    stack.push({ digest: top.digest, expanded: true });
    for (const input of vertex.inputs) stack.push({ digest: input, expanded: false });
  }
  return found;
}
