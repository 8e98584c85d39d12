import { joinPath } from "../../slash-path.ts";
import { compareUtf8 } from "../../utf8.ts";

/**
 * The paths to send of a context of which `used` (absolute, clean) is read: relative and in byte order; undefined for
 * all of it, which is what one use of the root, or no use at all, asks for.
 */
export function followPathsOf(used: Iterable<string>): readonly string[] | undefined {
  const paths: string[] = [];
  for (const path of used) {
    if (path === "/") return undefined;
    paths.push(joinPath(".", path));
  }
  return paths.length === 0 ? undefined : paths.sort(compareUtf8);
}
