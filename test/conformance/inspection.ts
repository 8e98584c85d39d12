import type { InspectionLocation } from "../../src/graph/inspection-json.ts";

/** The lines of a location as the cases write them. */
export function linesOf(location: InspectionLocation): readonly number[] {
  return (location.ranges ?? []).map((range) => range.start.line ?? 0);
}
