/** Milliseconds of a clock that never goes back, since some moment. */
export function now(): number {
  return performance.now();
}
