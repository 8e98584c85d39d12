/**
 * The option that the user most likely meant by `value`: the nearest one at an edit distance below three, the first
 * of equally near ones. Undefined when nothing is near, or when `value` is an option itself. Without
 * `caseSensitive`, case is ignored and the answer takes the case of `value`.
 */
export function suggest(
  value: string,
  options: Iterable<string>,
  { caseSensitive = true }: { readonly caseSensitive?: boolean } = {},
): string | undefined {
  const wanted = caseSensitive ? value : value.toLowerCase();
  let best: string | undefined;
  let bestDistance = 3;
  for (const option of options) {
    const candidate = caseSensitive ? option : option.toLowerCase();
    if (candidate === wanted) return undefined;
    // Lengths that differ by the limit cannot be near enough: most candidates end here.
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate, bestDistance);
    if (distance >= bestDistance) continue;
    best = caseSensitive ? option : inCaseOf(value, candidate);
    bestDistance = distance;
  }
  return best;
}

/** ` (did you mean X?)` for the end of a message, or nothing. */
export function didYouMean(
  value: string,
  options: Iterable<string>,
  settings?: { readonly caseSensitive?: boolean },
): string {
  const found = suggest(value, options, settings);
  return found === undefined ? "" : ` (did you mean ${found}?)`;
}

function inCaseOf(model: string, lower: string): string {
  if (model === model.toLowerCase()) return lower;
  return model === model.toUpperCase() ? lower.toUpperCase() : lower;
}

/**
 * Levenshtein's distance in UTF-16 units (insertions, deletions and substitutions, one each) if it is below `limit`,
 * else `limit`. Only cells of the table near its diagonal can be that small, so that the time is that of reading both.
 */
function editDistance(from: string, to: string, limit: number): number {
  const band = limit - 1;
  // At `offset` of a row stands the cell of column `row + offset - band`.
  let previous = Array.from({ length: 2 * band + 1 }, (_, offset) => (offset < band ? limit : offset - band));
  let current: number[] = [...previous];
  for (let row = 1; row <= from.length; row++) {
    let least = limit;
    for (let offset = 0; offset <= 2 * band; offset++) {
      const column = row + offset - band;
      let cell = limit;
      if (column >= 0 && column <= to.length) {
        const differs = column === 0 || from.charCodeAt(row - 1) !== to.charCodeAt(column - 1);
        const substituted = column === 0 ? limit : (previous[offset] ?? limit) + (differs ? 1 : 0);
        const deleted = (previous[offset + 1] ?? limit) + 1;
        const inserted = offset === 0 ? limit : (current[offset - 1] ?? limit) + 1;
        cell = Math.min(limit, substituted, deleted, inserted);
      }
      current[offset] = cell;
      least = Math.min(least, cell);
    }
    if (least >= limit) return limit;
    [previous, current] = [current, previous];
  }
  return previous[to.length - from.length + band] ?? limit;
}
