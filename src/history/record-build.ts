import { errnoOf, errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import type { BuildOutcome } from "../graph/history/build-record.ts";
import type { HashText } from "../graph/history/redact.ts";
import { solve } from "../solver/on-demand.ts";
import type { ContextInput, SolveOptions, SolveResult } from "../solver/solve-options.ts";
import { BuildRecorder } from "./build-recorder.ts";
import { contextName } from "./context-name.ts";
import { historyHash } from "./history-key.ts";
import { type History, keepRecord, makeRoom } from "./history-store.ts";

/** How {@link recordBuild} builds, and whom it tells of trouble. */
export interface RecordBuildOptions {
  /** Hears why a build could not be recorded, which fails no build. */
  readonly onProblem?: ((message: string) => void) | undefined;
  /** What builds: `solve`, or that of a client, say. */
  readonly run?: ((input: ContextInput, options: SolveOptions) => Promise<SolveResult>) | undefined;
}

/**
 * `solve`, and records the build, whether it ends well or not; one that no worker began is not recorded. Rejects as
 * `solve` does.
 */
export async function recordBuild(
  history: History,
  input: ContextInput,
  options: SolveOptions = {},
  { onProblem, run = solve }: RecordBuildOptions = {},
): Promise<SolveResult> {
  const { signal = new AbortController().signal } = options;
  const context = contextName(input);
  const recorder = new BuildRecorder({ input, context, options, signal, history });
  let ready: Promise<HashText> | undefined;
  const keep = async (outcome: BuildOutcome, ref?: string) => {
    if (!recorder.hasBegun) return;
    try {
      const { record, manifests } = await recorder.finish(outcome, await (ready ?? makeReady(history)), ref);
      await keepRecord(history, record, manifests);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      onProblem?.(`the build could not be recorded in ${history.folder}: ${errnoText(error)}`);
    }
  };
  let result: SolveResult;
  try {
    result = await run(input, {
      ...options,
      onEvent: (event) => {
        recorder.onEvent(event);
        // While the worker works and waits for nothing of ours, it costs nobody time. A failure is told in the end.
        if (event.kind === "vertex" && recorder.hasCompiled && ready === undefined) {
          ready = makeReady(history);
          ready.catch(() => {});
        }
        return options.onEvent?.(event);
      },
      onCompiled: (compilation) => {
        recorder.onCompiled(compilation);
        options.onCompiled?.(compilation);
      },
      onListed: (listing) => {
        recorder.onListed(listing);
        options.onListed?.(listing);
      },
    });
  } catch (error) {
    await keep(error instanceof Failure && error.code === "cancelled" ? "cancelled" : "failed");
    throw error;
  }
  await keep("completed", result.ref);
  return result;
}

/** Makes room for one record more, and gives what its values are hashed with. */
async function makeReady(history: History): Promise<HashText> {
  await makeRoom(history);
  const hash = await historyHash(history);
  // The first one takes long.
  hash("");
  return hash;
}
