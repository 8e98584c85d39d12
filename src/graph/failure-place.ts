import { Failure, type FailureCode } from "../failure.ts";
import { lineRange } from "../range.ts";
import type { CompileContext } from "./evaluation-context.ts";

const aboutImages: ReadonlySet<FailureCode> = new Set(["image-unresolved", "auth-refused"]);

/**
 * A failure to resolve an image, with the lines of the FROM or COPY that names it, unless it has a place already.
 * Anything else comes back as it is.
 */
export function withPlace(error: unknown, { source, mainContext }: CompileContext, lines: readonly number[]): unknown {
  if (!(error instanceof Failure) || error.source !== undefined || !aboutImages.has(error.code)) return error;
  const { code, message, remedy, cause } = error;
  const place = { filename: mainContext.filename, text: source, ranges: lines.map(lineRange) };
  return new Failure(code, message, { cause, source: place, ...(remedy === undefined ? {} : { remedy }) });
}
