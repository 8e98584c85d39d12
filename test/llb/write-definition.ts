import { type DefinitionBesides, encodeBesides } from "../../src/llb/encode-definition.ts";
import { lengthTag, type Writer } from "../../src/llb/wire.ts";

export interface DefinitionParts extends DefinitionBesides {
  readonly def: readonly Uint8Array[];
}

/** Writes a definition of ops that have their bytes already. */
export function writeDefinition(writer: Writer, { def, ...besides }: DefinitionParts): void {
  for (const op of def) writer.uint32(lengthTag(1)).bytes(op);
  encodeBesides(writer, besides);
}
