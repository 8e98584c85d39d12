import pc from "picocolors";
import type { SolveOutput, SolveResult } from "../solver/solve-options.ts";
import { formatSeconds, printable } from "./progress/format.ts";
import type { Terminal } from "./terminal.ts";

/** What came of a build, for a person: where it is and what it is called. On standard error; scripts read digests elsewhere. */
export function printResult(result: SolveResult, outputs: readonly SolveOutput[], terminal: Terminal): void {
  const lines: string[] = [];
  for (const output of outputs) {
    if (typeof output.dest === "string") lines.push(row(output.type, output.dest));
  }
  for (const name of (result.exporterResponse.get("image.name") ?? "").split(",")) {
    if (name !== "") lines.push(row("image", name));
  }
  if (result.digest !== undefined) lines.push(row("digest", result.digest));
  lines.push(row("steps", stepsText(result)));
  for (const { name, spent } of slowestSteps(result)) {
    lines.push(row("slow", `${formatSeconds(spent).padStart(7)}  ${printable(name)}`));
  }
  terminal.stderr.write(`\n${lines.join("\n")}\n`);
}

function row(label: string, text: string): string {
  return `${pc.green(label.padEnd(7))} ${text}`;
}

/**
 * How many steps of the Dockerfile (those that are numbered) ran and how many came from the cache. FROM does not count:
 * a worker always looks an image up, and tells that as a run, whether or not it then fetches anything.
 */
function stepsText(result: SolveResult): string {
  const steps = result.timings.filter((timing) => /^\[[^\]]*\b\d+\/\d+\] (?!FROM )/.test(timing.name));
  const cached = steps.filter((timing) => timing.state === "cached").length;
  const ran = steps.filter((timing) => timing.state === "completed").length;
  return `${ran} run, ${cached} cached`;
}

/** Where the time of a build went: the steps that ran longest, in milliseconds, if they took a while. */
function slowestSteps({ timings }: SolveResult): readonly { readonly name: string; readonly spent: number }[] {
  return timings
    .map(({ name, runs }) => ({ name, spent: runs.reduce((sum, run) => sum + run.completed - run.started, 0) }))
    .filter(({ name, spent }) => spent >= slow && !/^\[(internal|auth)\]/.test(name))
    .sort((a, b) => b.spent - a.spent)
    .slice(0, 3);
}

const slow = 2000;
