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
  let left = mostOptions;
  for (const option of options) {
    if (left-- === 0) break;
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

/** Of more options than anyone has in mind the rest is not looked at, lest many suggestions take forever. */
const mostOptions = 1_000;

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

/** Levenshtein's distance in UTF-16 units (insertions, deletions and substitutions, one each) if below `limit`, else `limit`. */
function editDistance(from: string, to: string, limit: number): number {
  let distance = limit;
  while (distance > 0 && isWithin(from, 0, to, 0, distance - 1)) distance--;
  return distance;
}

/**
 * Whether so few edits make the one rest of the other. What is equal at the start of both need not be touched, and
 * the edits are two at most, so that a look takes no more than nine walks over the names.
 */
function isWithin(from: string, fromStart: number, to: string, toStart: number, edits: number): boolean {
  let i = fromStart;
  let j = toStart;
  while (i < from.length && j < to.length && from.charCodeAt(i) === to.charCodeAt(j)) {
    i++;
    j++;
  }
  const restOfFrom = from.length - i;
  const restOfTo = to.length - j;
  if (restOfFrom === 0 || restOfTo === 0) return restOfFrom + restOfTo <= edits;
  if (edits === 0 || Math.abs(restOfFrom - restOfTo) > edits) return false;
  return (
    isWithin(from, i + 1, to, j + 1, edits - 1) ||
    isWithin(from, i + 1, to, j, edits - 1) ||
    isWithin(from, i, to, j + 1, edits - 1)
  );
}
