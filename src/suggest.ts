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
    const distance = editDistance(wanted, candidate);
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

/** Levenshtein's distance: insertions, deletions and substitutions of UTF-16 units, one each. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
