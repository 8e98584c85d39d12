import { compareUtf8 } from "../utf8.ts";

/** The entries of a map by the UTF-8 bytes of their keys, as Go writes a map when it must be deterministic. */
export function sortedEntries<V>(map: ReadonlyMap<string, V>): Iterable<readonly [string, V]> {
  return isSorted(map.keys()) ? map : [...map].sort((a, b) => compareUtf8(a[0], b[0]));
}

/** Texts by their UTF-8 bytes. */
export function sortedTexts(texts: Iterable<string>): string[] {
  return [...texts].sort(compareUtf8);
}

/** Most maps are filled in order. */
function isSorted(texts: Iterable<string>): boolean {
  let last: string | undefined;
  for (const text of texts) {
    if (last !== undefined && compareUtf8(last, text) > 0) return false;
    last = text;
  }
  return true;
}
