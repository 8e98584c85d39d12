/** The line numbers from `start` to `end`; `start` alone if `end` is not behind it. */
export function linesFrom(start: number, end: number): readonly number[] {
  const lines = [start];
  for (let line = start + 1; line <= end; line++) lines.push(line);
  return lines;
}
