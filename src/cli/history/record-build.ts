import { errnoOf, errnoText } from "../../errno.ts";
import { Failure } from "../../failure.ts";
import type { Compilation } from "../../graph/compilation.ts";
import type { BuildOutcome } from "../../graph/history/build-record.ts";
import type { SolveEvent } from "../../solver/events.ts";
import type { ContextInput, SolveOptions, SolveResult } from "../../solver/solve-options.ts";
import type { Terminal } from "../terminal.ts";
import { BuildRecorder } from "./build-recorder.ts";
import { historyHash } from "./history-key.ts";
import { addRecord } from "./history-store.ts";
import { lastManifests } from "./last-manifests.ts";
import { openHistory } from "./open-history.ts";

export interface RecordRequest {
  readonly input: ContextInput;
  readonly options: SolveOptions;
  /** Hears why a build could not be recorded, which fails no build. */
  readonly onProblem: (message: string) => void;
}

/** What a build has to tell while it runs. */
export interface RecordHooks {
  readonly onEvent: (event: SolveEvent) => void;
  readonly onCompiled: (compilation: Compilation) => void;
}

/** Runs a build and records it, whether it ends well or not; one that no worker began is not recorded. */
export async function recordBuild(
  { input, options, onProblem }: RecordRequest,
  terminal: Terminal,
  run: (hooks: RecordHooks) => Promise<SolveResult>,
): Promise<SolveResult> {
  const history = openHistory(terminal);
  const { signal } = terminal;
  const context = contextName(input);
  const recorder = new BuildRecorder({ input, context, options, signal, known: () => lastManifests(history, context) });
  const keep = async (outcome: BuildOutcome, ref?: string) => {
    if (!recorder.hasBegun) return;
    try {
      await addRecord(history, await recorder.finish(outcome, await historyHash(history), ref));
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      onProblem(`the build could not be recorded in ${history.folder}: ${errnoText(error)}`);
    }
  };
  let result: SolveResult;
  try {
    result = await run({
      onEvent: (event) => recorder.onEvent(event),
      onCompiled: (compilation) => recorder.onCompiled(compilation),
    });
  } catch (error) {
    await keep(error instanceof Failure && error.code === "cancelled" ? "cancelled" : "failed");
    throw error;
  }
  await keep("completed", result.ref);
  return result;
}

/** By which the builds of one context are found: its folder or address; empty for none, `-` for standard input. */
export function contextName(input: ContextInput): string {
  if (typeof input === "string") return input;
  return "archive" in input ? "-" : (input.context ?? "");
}
