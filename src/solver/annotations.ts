import { Failure } from "../failure.ts";
import { formatPlatformFully, parsePlatform } from "../platform.ts";

const levels = ["manifest", "manifest-descriptor", "index", "index-descriptor"];

/**
 * Reads annotations, `[level[platform],…:]key=value`, as attributes of BuildKit's image exporters. Throws a Failure
 * `usage`.
 */
export function annotationAttrs(annotations: readonly string[]): ReadonlyMap<string, string> {
  const attrs = new Map<string, string>();
  for (const text of annotations) {
    const equals = text.indexOf("=");
    if (equals < 0) throw invalid(text, "it is not of the form key=value");
    const colon = text.slice(0, equals).indexOf(":");
    const key = text.slice(colon + 1, equals);
    const value = text.slice(equals + 1);
    const places =
      colon < 0
        ? [""]
        : text
            .slice(0, colon)
            .split(",")
            .map((place) => suffixOf(place, text));
    for (const place of places) attrs.set(`annotation${place}.${key}`, value);
  }
  return attrs;
}

/** A level, with a platform where it is for one only: `manifest[linux/amd64]`. */
function suffixOf(place: string, text: string): string {
  const [, level = "", platform] = /^([a-z-]+)(?:\[([A-Za-z0-9_/-]+)\])?$/.exec(place) ?? [];
  if (!levels.includes(level)) {
    throw invalid(text, `there is no level ${JSON.stringify(place)}; there are ${levels.join(", ")}`);
  }
  // An index is there once, for all platforms.
  if (platform === undefined || level.startsWith("index")) return `-${level}`;
  try {
    return `-${level}[${formatPlatformFully(parsePlatform(platform))}]`;
  } catch (error) {
    throw invalid(text, error instanceof Error ? error.message : String(error));
  }
}

function invalid(text: string, why: string): Failure {
  return new Failure("usage", `the annotation ${JSON.stringify(text)} is not valid: ${why}`, {
    remedy: "Say key=value, or level:key=value with levels such as manifest,index.",
  });
}
