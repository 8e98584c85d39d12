import { cleanPath } from "../../slash-path.ts";

/** What a Dockerfile reads of its context, by a glance at its text: for looking there in good time, and no more. */
export type LikelyReads = "all" | readonly string[];

/** Paths in the context, with wildcards; all of it where a path hangs on variables, or is not understood. */
export function likelyReads(dockerfile: string): LikelyReads {
  const text = dockerfile.replace(/\\[ \t]*\r?\n/g, " ");
  const paths = new Set<string>();
  for (const [, flags = "", rest = ""] of text.matchAll(
    /^[ \t]*(?:ONBUILD[ \t]+)?(?:COPY|ADD)((?:[ \t]+--\S+)*)(.*)$/gim,
  )) {
    if (!/--from=/i.test(flags)) for (const path of sourcesIn(rest)) paths.add(path);
  }
  for (const [mount] of text.matchAll(/--mount=\S+/g)) {
    const isBind = /[=,]type=bind\b/.test(mount) || !/[=,]type=/.test(mount);
    if (isBind && !/[=,]from=/.test(mount)) paths.add(/[=,](?:source|src)=([^,]+)/.exec(mount)?.[1] ?? ".");
  }
  const clean = [...paths].map((path) => cleanPath(`/${path}`).slice(1));
  return clean.some((path) => path === "" || path.includes("$")) ? "all" : clean;
}

/** Everything but the last word; addresses and texts in the Dockerfile are no paths. */
function sourcesIn(words: string): readonly string[] {
  const list = words.trim().startsWith("[") ? jsonTexts(words) : words.trim().split(/[ \t]+/);
  return (list ?? [".", ""]).slice(0, -1).filter((word) => !/^(?:<<|[a-z]+:\/\/|git@)/.test(word));
}

function jsonTexts(json: string): readonly string[] | undefined {
  try {
    const texts: unknown = JSON.parse(json);
    return Array.isArray(texts) ? texts.map(String) : undefined;
  } catch {
    return undefined;
  }
}
