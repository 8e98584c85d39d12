/** How often a property is tried: `ROBUST_RUNS` times for a long look, else as often as a unit test can afford. */
export function runs(usual: number): { readonly numRuns: number } {
  const wanted = Number(process.env.ROBUST_RUNS);
  return { numRuns: Number.isSafeInteger(wanted) && wanted > 0 ? wanted : usual };
}
