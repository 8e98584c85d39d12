/** Lines for people: `4`, `4-6`, with gaps `4,9`; of many gaps the first ones, `4,9,12 and 40 more`. */
export function lineRuns(lines: readonly number[], most = 6): string {
  const runs: { first: number; last: number }[] = [];
  for (const line of lines) {
    const run = runs.at(-1);
    if (run !== undefined && line === run.last + 1) run.last = line;
    else runs.push({ first: line, last: line });
  }
  const shown = runs.slice(0, most);
  const text = shown.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(",");
  const rest = lines.length - shown.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return rest === 0 ? text : `${text} and ${rest} more`;
}
