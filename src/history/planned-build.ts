import type { Compilation } from "../graph/compilation.ts";
import type { ExplainedBuild } from "../graph/explain/explained-build.ts";
import { contentIn, recordVertices } from "../graph/history/record-of.ts";
import { redacter } from "../graph/history/redact.ts";
import type { ContextInput, SolveOptions } from "../solver/solve-options.ts";
import { contextName } from "./context-name.ts";
import { folderManifests } from "./folder-reads.ts";
import { historyHash } from "./history-key.ts";
import type { History } from "./history-store.ts";

/**
 * A build that is not made yet, as it would be recorded: reads and hashes what it would send of local folders. The
 * compilation is that of the same input and options. Rejects with a Failure `context-unreadable`, or as its signal does.
 */
export async function plannedBuild(
  history: History,
  compilation: Compilation,
  input: ContextInput,
  options: SolveOptions = {},
): Promise<ExplainedBuild> {
  const { buildArgs = {}, signal = new AbortController().signal } = options;
  const manifests = await folderManifests(compilation, {
    input,
    options,
    signal,
    history,
    context: contextName(input),
  });
  const hash = await historyHash(history);
  const redact = redacter(buildArgs);
  return {
    vertices: recordVertices(compilation, { news: new Map(), hash, redact, contentOf: contentIn(manifests) }),
    buildArgs: new Map(Object.entries(buildArgs).map(([name, value]) => [name, hash(value)])),
    manifests,
    worker: undefined,
  };
}
