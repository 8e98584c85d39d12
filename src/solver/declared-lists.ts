import { decodeOp } from "../llb/decode-op.ts";
import type { Definition } from "../llb/definition.ts";

/** The lists of patterns and of paths that the local sources of definitions are narrowed with. */
export function declaredLists(definitions: readonly Definition[]): readonly (readonly string[])[] {
  return definitions.flatMap(({ def }) => def.flatMap(listsOf));
}

function listsOf(bytes: Uint8Array): readonly (readonly string[])[] {
  try {
    const op = decodeOp(bytes);
    if (op.kind !== "source" || !op.identifier.startsWith("local://")) return [];
    return attributes.flatMap((key) => {
      const list = op.attrs.get(key);
      return list === undefined ? [] : [textsIn(list)];
    });
  } catch {
    // An op that cannot be read is the worker's to refuse.
    return [];
  }
}

const attributes = ["local.includepattern", "local.excludepatterns", "local.followpaths"];

/** A list in JSON, as the attributes hold it. */
function textsIn(list: string): readonly string[] {
  const texts: unknown = JSON.parse(list);
  return Array.isArray(texts) ? texts.map(String) : [];
}
