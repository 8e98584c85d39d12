/**
 * The command line's stand-in for `performance.now`, in milliseconds of a clock that never goes back: what stands behind
 * the real one is loaded with its first use.
 */
const now = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
};

export { now as "performance.now" };
