import type { Definition } from "../llb/definition.ts";
import type { OpMetadata } from "../llb/op-metadata.ts";
import { compareUtf8 } from "../utf8.ts";

/** A definition field by field as the JSON of BuildKit's answers has it: the one that loads a Dockerfile. */
export interface DefinitionShape {
  /** base64 */
  readonly def: readonly string[];
  readonly metadata: Readonly<Record<string, object>>;
  readonly Source: { readonly locations: Readonly<Record<string, object>> };
}

/** The shape of a definition that loads a source text; its ops have no places of their own. */
export function definitionShape(definition: Definition): DefinitionShape {
  return {
    def: definition.def.map((op) => Buffer.from(op).toString("base64")),
    metadata: sortedRecord(definition.metadata, metadataShape),
    Source: { locations: sortedRecord(definition.source?.locations ?? new Map(), () => ({})) },
  };
}

function metadataShape({ description, caps }: OpMetadata): object {
  const capEntries = new Map(Array.from(caps ?? [], (cap) => [cap, true]));
  return {
    ...(description === undefined ? {} : { description: sortedRecord(description, (text) => text) }),
    ...(capEntries.size === 0 ? {} : { caps: sortedRecord(capEntries, (value) => value) }),
  };
}

/** The names are digests and capabilities, never numbers: an object keeps their order. */
function sortedRecord<T, U>(map: ReadonlyMap<string, T>, shape: (value: T) => U): Record<string, U> {
  const entries = [...map].sort(([a], [b]) => compareUtf8(a, b));
  return Object.fromEntries(entries.map(([key, value]) => [key, shape(value)]));
}
