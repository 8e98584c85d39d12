import type { Env } from "../../parser/env.ts";
import type { AppendList } from "../append-list.ts";
import type { HistoryEntry } from "../image-state.ts";
import type { BuildArg, LowerContext, StageState } from "./state.ts";

/**
 * The history of the stage with one more entry. `kind`: "config" makes no layer; "layer" does; "step" does, and is
 * marked as made by BuildKit (RUN, COPY and ADD are, WORKDIR is not).
 */
export function commitToHistory(
  context: Pick<LowerContext, "epoch">,
  state: Pick<StageState, "history">,
  message: string,
  kind: "config" | "layer" | "step",
): AppendList<HistoryEntry> {
  return state.history.append({
    created: context.epoch,
    createdBy: kind === "step" ? `${message} # buildkit` : message,
    author: "",
    comment: "buildkit.dockerfile.v0",
    emptyLayer: kind === "config",
  });
}

/** A command line for the history: `|2 A=1 B=2 /bin/sh -c make`, the ARGs of the stage with their values in front. */
export function runCommandString(args: readonly string[], buildArgs: AppendList<BuildArg>, env: Env): string {
  const command = args.join(" ");
  if (buildArgs.length === 0) return command;
  const values = new Map<string, string>();
  for (const arg of buildArgs) values.set(arg.key, env.get(arg.key) ?? arg.value ?? "");
  const shown = Array.from(values, ([key, value]) => `${key}=${value}`);
  return `|${shown.length} ${shown.join(" ")} ${command}`;
}

/** Go's `%v` of a list of texts. */
export function goList(items: readonly string[]): string {
  return `[${items.join(" ")}]`;
}
