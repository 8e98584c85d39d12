import { compareUtf8 } from "../utf8.ts";

/** The entries of a map by the UTF-8 bytes of their keys, as Go writes a map when it must be deterministic. */
export function sortedEntries<V>(map: ReadonlyMap<string, V>): Iterable<readonly [string, V]> {
  if (map.size < 2) return map;
  return [...map].sort((a, b) => compareUtf8(a[0], b[0]));
}

/** Texts by their UTF-8 bytes. */
export function sortedTexts(texts: Iterable<string>): string[] {
  return [...texts].sort(compareUtf8);
}
