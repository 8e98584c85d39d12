import type { SourceLocation, SourceMap } from "../../llb/source-map.ts";
import { lineRange } from "../../range.ts";

/** Where a vertex comes from: each line of the instruction as a range, as BuildKit writes it. */
export function locationOf(sourceMap: SourceMap, lines: readonly number[]): readonly SourceLocation[] {
  return [{ sourceMap, ranges: lines.map(lineRange) }];
}
