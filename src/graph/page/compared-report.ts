import { listIn, numberIn, optional, recordIn, textIn, textsIn } from "../history/json-reader.ts";
import type { ComparedBuild } from "./build-changes.ts";

/**
 * Reads what `llbc analyze --json` printed as a build to compare with.
 * @throws UnreadableRecord, or SyntaxError, for what is nothing of the kind
 */
export function comparedReport(json: string, title: string): ComparedBuild {
  const report = recordIn(JSON.parse(json));
  const { work, span } = recordIn(report.analysis);
  return {
    title,
    work: numberIn(work),
    span: numberIn(span),
    vertices: listIn(report.vertices, (item) => {
      const { digest, name, kind, stage, platforms, ms } = recordIn(item);
      const shown = textIn(name);
      return {
        digest: textIn(digest),
        name: shown === "" ? textIn(kind) : shown,
        stage: optional(stage, textIn) ?? null,
        platforms: textsIn(platforms),
        ms: numberIn(ms),
      };
    }),
  };
}
