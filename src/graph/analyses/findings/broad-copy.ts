import type { AddInstruction, CopyInstruction, Instruction } from "../../../parser/instruction.ts";
import { cleanPath } from "../../../slash-path.ts";
import { type DraftFinding, linesText, provenanceOf, savingOf } from "./draft-finding.ts";
import { type InstallNeeds, installNeeds } from "./install-needs.ts";
import { rebuildTime, retimed } from "./rebuild.ts";
import { type FindingSubject, localSourceOf, type Step, type SubjectStage, verticesOf } from "./subject.ts";

/**
 * A COPY of everything before a step that only installs packages: after a change of any file the packages are installed
 * again. Left alone is what is copied into the root or where package managers keep their settings, what an ignore file
 * already narrows to some files, and an install that repeats an earlier one.
 */
export function broadCopies(subject: FindingSubject): readonly DraftFinding[] {
  return subject.stages.flatMap((stage) =>
    stage.steps.flatMap((step, at) => {
      const finding = broadCopy(subject, stage, step, at);
      return finding === undefined ? [] : [finding];
    }),
  );
}

type Copy = CopyInstruction | AddInstruction;

interface Delayed {
  readonly step: Step;
  readonly needs: InstallNeeds;
}

function broadCopy(subject: FindingSubject, stage: SubjectStage, step: Step, at: number): DraftFinding | undefined {
  if (step.kind !== "files" || !isCopy(step.instruction) || step.vertices.length === 0) return undefined;
  const { instruction } = step;
  const broad = instruction.sourcePaths.find((path) => everything.has(cleanPath(path)));
  if (broad === undefined || (instruction.kind === "copy" && instruction.from !== "")) return undefined;
  const isNarrowed = step.vertices.some((file) => {
    const source = localSourceOf(subject, file);
    return source === undefined || /"!?(?:\*|\*\*|\*\*\/\*)"/.test(source.attrs.get("local.excludepatterns") ?? "");
  });
  const reachesSystem = step.vertices.some(({ op }) =>
    op.actions.some((action) => action.kind === "copy" && isSystemFolder(action.dest)),
  );
  if (isNarrowed || reachesSystem) return undefined;
  const delayed = delayedInstalls(stage, at);
  return delayed.length === 0 ? undefined : draft(subject, instruction, broad, step, delayed);
}

const everything = new Set([".", "/", "*", "./*"]);

function isCopy(instruction: Instruction): instruction is Copy {
  return instruction.kind === "copy" || instruction.kind === "add";
}

/** Package managers read settings, keys and lists there. */
export function isSystemFolder(path: string): boolean {
  const clean = cleanPath(path);
  return (
    clean === "/" ||
    /^\/(?:(?:etc|bin|sbin|lib|lib64|usr\/(?:bin|lib|local|sbin|share)|var\/(?:cache|lib))(?:\/|$)|(?:usr|var|root)$)/.test(
      clean,
    )
  );
}

/** The installs right behind a copy: one that follows another kind of step may need what that did. */
function delayedInstalls(stage: SubjectStage, at: number): readonly Delayed[] {
  const before = new Set(earlierTools(stage, at));
  const delayed: Delayed[] = [];
  for (const step of stage.steps.slice(at + 1)) {
    if (step.kind !== "run") continue;
    const [run] = step.runs;
    const needs = run && installNeeds(run);
    if (needs === undefined) break;
    if (needs.installs.some(({ tool }) => before.has(tool.name))) break;
    delayed.push({ step, needs });
  }
  return delayed;
}

function earlierTools(stage: SubjectStage, at: number): readonly string[] {
  const tools: string[] = [];
  for (let each: SubjectStage | undefined = stage, end = at; each !== undefined; each = each.base, end = Infinity) {
    for (const step of each.steps.slice(0, end)) {
      if (step.kind !== "run") continue;
      const [run] = step.runs;
      // System packages are installed bit by bit; a project once.
      const installs = run === undefined ? [] : (installNeeds(run)?.installs ?? []);
      for (const { tool } of installs) if (tool.kind === "project") tools.push(tool.name);
    }
  }
  return tools;
}

function draft(
  subject: FindingSubject,
  { name, lines }: Copy,
  broad: string,
  copy: Step,
  delayed: readonly Delayed[],
): DraftFinding | undefined {
  const { timed, numberOf, durations } = subject;
  const steps = delayed.map(({ step }) => step);
  const freed = steps.flatMap(verticesOf);
  const freedNumbers = new Set(freed.map(numberOf));
  const changed = verticesOf(copy).map(numberOf);
  const before = rebuildTime(timed, changed);
  const after = rebuildTime(
    retimed(timed, (time, vertex) => (freedNumbers.has(vertex) ? 0 : time)),
    changed,
  );
  const files = [...new Set(delayed.flatMap(({ needs }) => needs.files))];
  const tools = [...new Set(delayed.flatMap(({ needs }) => needs.installs.map(({ tool }) => tool.name)))].join(" and ");
  const when = files.length === 0 ? "after a change of any file" : "after a change of any other file";
  const saving = savingOf(before, after, when, provenanceOf(freed, durations));
  if (saving === undefined) return undefined;
  const places = steps.map(({ instruction }) => ({ lines: instruction.lines, tokens: [] }));
  return {
    rule: "broad-copy",
    reason:
      files.length === 0
        ? `${name.toUpperCase()} ${broad} takes every file in before ${tools} installs packages, which reads none of them: after a change of any file they are installed again`
        : `${name.toUpperCase()} ${broad} takes every file in before ${tools} installs packages, which reads only ${files.join(", ")}: after a change of any other file they are installed again`,
    suggestion:
      files.length === 0
        ? `Move line ${lines[0]} below line ${places.at(-1)?.lines.at(-1)}.`
        : `Copy only what lists the packages (${files.join(", ")}) in front of ${linesText(places)}, and everything else behind it.`,
    saving,
    places: [{ lines, tokens: [broad] }, ...places],
    vertices: [...verticesOf(copy), ...freed],
  };
}
