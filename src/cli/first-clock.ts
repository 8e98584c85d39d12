/** The command line's stand-in for `now` of src/clock.ts: what stands behind `performance` is loaded with its first use. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
