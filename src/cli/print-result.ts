import type { SolveOutput, SolveResult } from "../solver/solve-options.ts";
import { imageLines } from "./image-lines.ts";
import { formatSeconds, printable } from "./progress/format.ts";
import { palette } from "./progress/palette.ts";
import { type ClearName, isStep, type StepDurations, timeSaved } from "./step-durations.ts";
import type { Terminal } from "./terminal.ts";

/**
 * What came of a build, for a person: where it is and what it is called, how large it is and what each step added, what
 * ran and what the cache spared. On standard error; scripts read digests elsewhere.
 */
export async function printResult(
  result: SolveResult,
  outputs: readonly SolveOutput[],
  terminal: Terminal,
  durations: StepDurations = new Map(),
  clear?: ClearName,
): Promise<void> {
  const { stderr, env } = terminal;
  const { label } = palette(stderr, env);
  const cut = await lineCutter(terminal);
  const lines = resultRows(result, outputs, durations, clear).map(
    ([name, text]) => `${label(name.padEnd(7))} ${cut(text)}`,
  );
  stderr.write(`\n${lines.join("\n")}\n`);
}

/** On a terminal every row is one line. What measures its characters is there already, where it draws. */
async function lineCutter({ stderr }: Terminal): Promise<(text: string) => string> {
  if (stderr.isTTY !== true) return (text) => text;
  const { cutToWidth } = await import("./progress/width.ts");
  return (text) => cutToWidth(text, (stderr.columns ?? 80) - labelWidth);
}

const labelWidth = 8;

type Row = readonly [label: string, text: string];

function resultRows(
  result: SolveResult,
  outputs: readonly SolveOutput[],
  durations: StepDurations,
  clear: ClearName | undefined,
): readonly Row[] {
  const files = outputs.flatMap(({ type, dest }): Row[] => (typeof dest === "string" ? [[type, dest]] : []));
  const names = (result.exporterResponse.get("image.name") ?? "")
    .split(",")
    // An image without a name has one that only its engine needs.
    .filter((name) => name !== "" && !name.startsWith("moby-dangling@"))
    .map((name): Row => ["image", name]);
  return [
    ...files,
    ...names,
    ...(result.digest === undefined ? [] : [["digest", result.digest] as const]),
    ...(result.sizes ?? []).flatMap((size) =>
      imageLines(size, baseLayers(result, size.platform)).map((text, index): Row => [index === 0 ? "size" : "", text]),
    ),
    ["steps", stepsText(result, durations, clear)],
    ...slowestSteps(result).map(
      ({ name, spent }): Row => ["slow", `${formatSeconds(spent).padStart(7)}  ${printable(name)}`],
    ),
  ];
}

/** How many layers of a platform's image are its base's, as far as we compiled it. */
function baseLayers({ compilation }: SolveResult, platform: string): number {
  const json = compilation?.platforms.find((each) => each.platform === platform)?.baseImageJSON;
  if (json === undefined) return 0;
  const base: { readonly rootfs?: { readonly diff_ids?: readonly string[] | null } } = JSON.parse(
    Buffer.from(json).toString("utf8"),
  );
  return base.rootfs?.diff_ids?.length ?? 0;
}

/** How many steps of the Dockerfile ran and how many came from the cache, and what those took when they last ran here. */
function stepsText(result: SolveResult, durations: StepDurations, clear: ClearName | undefined): string {
  const steps = result.timings.filter((timing) => isStep(timing.name));
  const cached = steps.filter((timing) => timing.state === "cached");
  const ran = steps.filter((timing) => timing.state === "completed").length;
  const saved = timeSaved(result.timings, durations, clear);
  const known = saved.steps < cached.length ? ` (known of ${saved.steps})` : "";
  const spared = saved.milliseconds < 100 ? "" : `, which saved ${formatSeconds(saved.milliseconds)}${known}`;
  return `${ran} run, ${cached.length} cached${spared}`;
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
