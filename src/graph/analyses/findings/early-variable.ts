import type { ArgInstruction, EnvInstruction, Instruction } from "../../../parser/instruction.ts";
import { kindOf } from "../estimate.ts";
import { installOf, isUpkeep } from "../package-tools.ts";
import { type DraftFinding, provenanceOf, savingOf } from "./draft-finding.ts";
import { rebuildTime } from "./rebuild.ts";
import { type FindingSubject, type Step, type SubjectStage, verticesOf } from "./subject.ts";

/**
 * An ARG or ENV above steps that do not use it: all RUN steps below it run again when its value changes. Only variables
 * that an instruction of the stage names count, since others could be read by any program, and none that programs are
 * known to read without being told. A RUN that builds or runs something of the project may read any variable.
 */
export function earlyVariables(subject: FindingSubject): readonly DraftFinding[] {
  let left = mostLooks;
  return subject.stages.flatMap((stage) =>
    stage.steps.flatMap((step, at) => {
      const { instruction } = step;
      if (instruction.kind !== "arg" && instruction.kind !== "env") return [];
      return keysOf(instruction).flatMap((key) => {
        left -= stage.steps.length;
        return left < 0 ? [] : earlyVariable(subject, stage, { key, at, instruction });
      });
    }),
  );
}

/** So often an instruction is looked at for a variable: more than this only Dockerfiles that no one wrote need. */
const mostLooks = 200_000;

interface Variable {
  readonly key: string;
  /** The place of its instruction in the stage. */
  readonly at: number;
  readonly instruction: ArgInstruction | EnvInstruction;
}

function earlyVariable(subject: FindingSubject, stage: SubjectStage, variable: Variable): readonly DraftFinding[] {
  const { key, at, instruction } = variable;
  if (isReadUnasked(key)) return [];
  const place = laterPlace(stage.steps, variable);
  if (place === undefined) return [];
  const { timed, numberOf, durations } = subject;
  const reruns = (from: number) =>
    stage.steps.flatMap((step, index) => {
      const runs = step.kind === "run" ? index > from : index > at && uses(step.instruction, key);
      return runs ? verticesOf(step).map(numberOf) : [];
    });
  const spared = stage.steps.slice(at + 1, place.at).filter(({ kind }) => kind === "run");
  const vertices = spared.flatMap(verticesOf);
  const before = rebuildTime(timed, reruns(at));
  const after = rebuildTime(timed, reruns(place.at - 1));
  const saving = savingOf(before, after, `after a change of ${key}`, provenanceOf(vertices, durations));
  if (saving === undefined) return [];
  const word = instruction.kind.toUpperCase();
  return [
    {
      rule: "early-variable",
      reason: `${key} is set above ${spared.length === 1 ? "a RUN that does" : `${spared.length} RUNs that do`} not use it: after a change of its value ${spared.length === 1 ? "it runs" : "they run"} again all the same`,
      suggestion: `${place.labels.length === 0 ? `Move ${word} ${key}` : `Move ${word} ${key} and what uses it in line ${place.labels.map(({ lines }) => lines[0]).join(", ")}`} ${place.before === undefined ? "to the end of the stage" : `down to line ${place.before.lines[0]}, above the first instruction that may use it`}.`,
      saving,
      places: [
        { lines: instruction.lines, tokens: [key] },
        ...spared.map((step) => ({ lines: step.instruction.lines, tokens: [] })),
      ],
      vertices,
    },
  ];
}

/** Where a variable could stand. */
interface LaterPlace {
  /** The place in the stage: right in front of the step there. */
  readonly at: number;
  /** The instruction there; undefined for the end of the stage. */
  readonly before: Instruction | undefined;
  /** Settings of the image that use it: they can move along. */
  readonly labels: readonly Instruction[];
}

/** Undefined where nothing names it, or where an instruction in between sets it again. */
function laterPlace(steps: readonly Step[], { key, at, instruction }: Variable): LaterPlace | undefined {
  const labels: Instruction[] = [];
  for (const [index, step] of steps.entries()) {
    if (index <= at) continue;
    const each = step.instruction;
    if ((each.kind === "arg" || each.kind === "env") && keysOf(each).includes(key)) return undefined;
    const isUse = uses(each, key);
    if (isUse && each.kind === "label") labels.push(each);
    else if (isUse || isOpaque(step)) {
      // What any program could read is only known to be meant for some where an instruction says so.
      const isNamed = labels.length > 0 || steps.slice(index).some((later) => uses(later.instruction, key));
      return isNamed ? { at: index, before: each, labels } : undefined;
    }
  }
  // What is set for the image only is set for the program in it, too: that is no reason to be moved.
  return labels.length > 0 && instruction.kind === "arg" ? { at: steps.length, before: undefined, labels } : undefined;
}

/** Whether a RUN could look at any variable: all but downloads, package managers and small tools. */
function isOpaque(step: Step | undefined): boolean {
  if (step?.kind !== "run") return false;
  return step.runs.some(({ commands }) =>
    commands.some((command) => {
      if (installOf(command) !== undefined || isUpkeep(command)) return false;
      const kind = kindOf(command);
      return kind !== "trivial" && kind !== "fetch";
    }),
  );
}

function keysOf(instruction: ArgInstruction | EnvInstruction): readonly string[] {
  return (instruction.kind === "arg" ? instruction.args : instruction.env).map(({ key }) => key);
}

/** Whether the name stands anywhere in an instruction: programs are told of variables in many ways. */
function uses(instruction: Instruction, key: string): boolean {
  const word = new RegExp(`(?<!\\w)${key.replace(/\W/g, "\\$&")}(?!\\w)`);
  if (word.test(instruction.code)) return true;
  if (instruction.kind === "run") return instruction.files.some(({ data }) => word.test(data));
  if (instruction.kind === "copy" || instruction.kind === "add") {
    return instruction.sourceContents.some(({ data }) => word.test(data));
  }
  return false;
}

/** Variables that programs look at without being told: shells, compilers, package managers, languages. */
function isReadUnasked(key: string): boolean {
  return readUnasked.test(key) || /_proxy$/i.test(key);
}

const readUnasked =
  /^(?:PATH|HOME|SHELL|USER|LANG|LANGUAGE|TZ|TERM|CI|DEBUG|CC|CXX|AR|LD|SDK|PREFIX|DESTDIR|(?:C|CXX|CPP|LD|MAKE)FLAGS|NPROC|SOURCE_DATE_EPOCH|DEBIAN_FRONTEND|TARGET\w*|BUILD(?:PLATFORM|OS|ARCH|VARIANT|KIT_\w+)|(?:LC|LD|APT|GO|CGO|PIP|PY|PYTHON|UV|POETRY|CONDA|VIRTUAL|NODE|NPM|npm|YARN|PNPM|COREPACK|BUN|DENO|VITE|NEXT|RUBY|GEM|BUNDLE|RAILS|RACK|CARGO|RUST|RUSTUP|MAVEN|MVN|GRADLE|JAVA|JDK|JVM|DOTNET|NUGET|ASPNETCORE|COMPOSER|PHP|MIX|HEX|ERL|OTP|CMAKE|CONAN|VCPKG|DOCKER|GIT|AWS|CUDA|NVIDIA)_?\w*)$/;
