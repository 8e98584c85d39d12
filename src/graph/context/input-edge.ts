import type { Edge } from "../../llb/vertex.ts";

/**
 * What a definition given as input makes; undefined for scratch. Reading it takes a protobuf runtime, which is loaded
 * only here: nearly all compiles do without.
 * @throws Failure `definition-invalid`
 */
export async function inputEdge(definition: Uint8Array): Promise<Edge | undefined> {
  const { edgeOf } = await import("../../llb/edge-of.ts");
  return edgeOf(definition);
}
