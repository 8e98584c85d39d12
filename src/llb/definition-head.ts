import { pb } from "./proto/gen/llb.js";

/**
 * The last op of a `pb.Definition` message, which stands for all of it: it names its input by digest. Undefined for the
 * definition of scratch. Throws for what is no definition.
 */
export function definitionHead(bytes: Uint8Array): Uint8Array | undefined {
  return pb.Definition.decode(bytes).def.at(-1);
}
