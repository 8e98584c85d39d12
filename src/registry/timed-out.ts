/** The error for a server that said nothing for `patience` milliseconds; its code is that of the system's own timeout. */
export function timedOut(patience: number): Error {
  return Object.assign(new Error(`nothing came for ${patience / 1000} seconds`), { code: "ETIMEDOUT" });
}
