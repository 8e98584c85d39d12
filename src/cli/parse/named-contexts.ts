import { formatShortReference, parseImageReference } from "../../image-reference.ts";
import { UsageError } from "../usage-error.ts";

/**
 * The uses of `--build-context NAME=SOURCE`, by name; the last one wins. A name is that of an image, in the short form
 * that it is looked up by: `docker.io/library/alpine:latest` is `alpine`.
 */
export function parseNamedContexts(uses: readonly string[]): Readonly<Record<string, string>> {
  const contexts: Record<string, string> = Object.create(null);
  for (const use of uses) {
    if (use === "") continue;
    const equals = use.indexOf("=");
    const reference = parseImageReference(use.slice(0, Math.max(0, equals)));
    if (reference === undefined || equals === use.length - 1) {
      throw new UsageError(
        `--build-context ${use}: a name and a source are needed, as NAME=FOLDER or NAME=docker-image://IMAGE.`,
      );
    }
    contexts[formatShortReference(reference).replace(/:latest$/, "")] = use.slice(equals + 1);
  }
  return contexts;
}
