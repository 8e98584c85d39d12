/**
 * A time for `utimes` and its kin, from nanoseconds since the epoch. Node takes seconds as a floating-point number and
 * cuts it off at the microsecond, so that is how exact it gets; times before 1970 go by Date only, in milliseconds.
 */
export function fileTime(nanoseconds: bigint): number | Date {
  if (nanoseconds < 0n) return new Date(Math.floor(Number(nanoseconds) / 1e6));
  const microseconds = Number(nanoseconds / 1000n);
  const seconds = microseconds / 1e6;
  // Where the nearest number lies just below the time, the next one above it is what gets cut off to it.
  const cutOff = Math.floor(((seconds - Math.floor(seconds)) * 1e9) / 1000);
  return cutOff < microseconds % 1e6 ? seconds * (1 + Number.EPSILON) : seconds;
}
