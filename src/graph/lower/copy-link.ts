import type { OpMetadata } from "../../llb/op-metadata.ts";
import type { Edge, FileVertex } from "../../llb/vertex.ts";
import { named } from "./named.ts";

export interface LinkNames {
  /** Of the progress group of the two vertices, unique in the definition. */
  readonly id: string;
  readonly name: string;
  readonly linkName: string;
}

/**
 * A copy that does not depend on what is below it: made on an empty file system and merged on top, so that it stays
 * cached when the layers below change. The two vertices show as one step. On scratch there is nothing to merge with.
 */
export function linkFiles(copy: FileVertex, { id, name, linkName }: LinkNames): Edge {
  const { base, metadata, locations } = copy;
  const inGroup = (description: OpMetadata["description"], weak: boolean): OpMetadata => ({
    description,
    ignoreCache: metadata?.ignoreCache,
    progressGroup: { id, name, weak },
  });
  const files: Edge = {
    output: 0,
    vertex: { ...copy, base: undefined, metadata: inGroup(metadata?.description, true) },
  };
  if (base === undefined) return files;
  return {
    output: 0,
    vertex: {
      kind: "merge",
      inputs: [base, files],
      metadata: inGroup(named(linkName), false),
      locations,
    },
  };
}
