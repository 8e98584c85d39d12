import { compareUtf8 } from "../utf8.ts";

/** The entries of a map by the UTF-8 bytes of their keys, as Go writes a map when it must be deterministic. */
export function sortedEntries<V>(map: ReadonlyMap<string, V>): Iterable<readonly [string, V]> {
  return map.size < 2 || hasSortedKeys(map) ? map : [...map].sort((a, b) => compareUtf8(a[0], b[0]));
}

/** Texts by their UTF-8 bytes. */
export function sortedTexts(texts: Iterable<string>): readonly string[] {
  if (isList(texts) && isSorted(texts)) return texts;
  const list = [...texts];
  return isSorted(list) ? list : list.sort(compareUtf8);
}

/** Texts by their UTF-8 bytes, each once. */
export function distinctTexts(texts: Iterable<string>): readonly string[] {
  const list = sortedTexts(texts);
  return list.some((text, index) => text === list[index + 1]) ? [...new Set(list)] : list;
}

function isList(texts: Iterable<string>): texts is readonly string[] {
  return Array.isArray(texts);
}

/** Most lists and maps are filled in order, and to see that costs less than to sort. */
function isSorted(texts: readonly string[]): boolean {
  let last: string | undefined;
  for (const text of texts) {
    if (last !== undefined && compareUtf8(last, text) > 0) return false;
    last = text;
  }
  return true;
}

function hasSortedKeys(map: ReadonlyMap<string, unknown>): boolean {
  let last: string | undefined;
  for (const key of map.keys()) {
    if (last !== undefined && compareUtf8(last, key) > 0) return false;
    last = key;
  }
  return true;
}
