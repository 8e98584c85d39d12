/** The line numbers from `start` to `end`; `start` alone if `end` is not behind it. */
export function linesFrom(start: number, end: number): readonly number[] {
  if (end <= start) return [start];
  return Array.from({ length: end - start + 1 }, (_, index) => start + index);
}
