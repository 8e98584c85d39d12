import { Failure, type FailureCode } from "../failure.ts";
import { lineRange } from "../range.ts";
import type { CompileContext } from "./evaluation-context.ts";

const aboutImages: ReadonlySet<FailureCode> = new Set(["image-unresolved", "auth-refused"]);

/**
 * A failure to resolve an image, with the lines of the FROM or COPY that names it, unless it has a place already.
 * Anything else comes back as it is.
 */
export function withPlace(error: unknown, { sourceMap }: CompileContext, lines: readonly number[]): unknown {
  if (!isAboutImage(error) || error.source !== undefined) return error;
  const { code, message, remedy, cause } = error;
  const { filename, data: text, definition } = sourceMap;
  const loading = definition !== undefined && "bytes" in definition ? { definition: definition.bytes } : {};
  const place = { filename, text, ranges: lines.map(lineRange), ...loading };
  return new Failure(code, message, { cause, source: place, ...(remedy === undefined ? {} : { remedy }) });
}

/** Whether an image could not be resolved, for whatever reason. */
export function isAboutImage(error: unknown): error is Failure {
  return error instanceof Failure && aboutImages.has(error.code);
}
