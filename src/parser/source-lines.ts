/** The line numbers from `start` to `end`; `start` alone if `end` is not behind it. */
export function linesFrom(start: number, end: number): readonly number[] {
  if (end <= start) return [start];
  const lines: number[] = [];
  for (let line = start; line <= end; line++) lines.push(line);
  return lines;
}
