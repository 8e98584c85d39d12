import { posix } from "node:path";
import type { GraphVertex } from "../../build-graph.ts";
import { kindOf } from "../estimate.ts";
import { installOf } from "../package-tools.ts";
import { isSystemFolder } from "./broad-copy.ts";
import { type DraftFinding, linesText, provenanceOf, savingOf } from "./draft-finding.ts";
import { installNeeds } from "./install-needs.ts";
import { makespanOf, rewired } from "./rebuild.ts";
import { type FindingSubject, type Run, type Step, type SubjectStage, verticesOf } from "./subject.ts";

/**
 * Work that waits for other work only because it stands behind it in its stage: system packages that are installed
 * behind a copy from another stage, which has to be built first; and projects of folders of their own, each with its own
 * packages, that are built one after the other. Whatever else could be independent is left alone: it cannot be told.
 */
export function chainedWork(subject: FindingSubject): readonly DraftFinding[] {
  return subject.stages.flatMap((stage) => [...waitingInstalls(subject, stage), ...chainedProjects(subject, stage)]);
}

/** Installs of system packages behind copies from other stages, with nothing else between. */
function waitingInstalls(subject: FindingSubject, { steps }: SubjectStage): readonly DraftFinding[] {
  return steps.flatMap((step, at) => {
    if (step.kind !== "run" || !installsSystemPackages(step)) return [];
    const copies = copiesBefore(steps, at);
    if (!copies.some(isFromStage)) return [];
    const finding = waitingInstall(subject, step, copies);
    return finding === undefined ? [] : [finding];
  });
}

function installsSystemPackages(step: Step & { readonly kind: "run" }): boolean {
  const [run] = step.runs;
  const needs = run && installNeeds(run);
  return needs?.installs.every(({ tool }) => tool.kind === "system") === true;
}

/** The steps right before one that write files, as far as none goes where package managers look. */
function copiesBefore(steps: readonly Step[], at: number): readonly FilesStep[] {
  const copies: FilesStep[] = [];
  for (const step of steps.slice(0, at).reverse()) {
    if (step.kind === "setting") continue;
    if (step.kind === "run" || step.vertices.some(({ op }) => op.actions.some(touchesSystem))) break;
    copies.unshift(step);
  }
  return copies;
}

type FilesStep = Step & { readonly kind: "files" };

function touchesSystem(action: FilesStep["vertices"][number]["op"]["actions"][number]): boolean {
  switch (action.kind) {
    case "copy":
      return isSystemFolder(action.dest) && !/^\/usr\/local\/(?:bin|lib|share)\b/.test(action.dest);
    case "mkfile":
    case "mkdir":
    case "rm":
      return isSystemFolder(action.path);
    case "symlink":
      return true;
  }
}

function isFromStage({ instruction }: FilesStep): boolean {
  return instruction.kind === "copy" && instruction.from !== "";
}

function waitingInstall(
  subject: FindingSubject,
  install: Step & { readonly kind: "run" },
  copies: readonly FilesStep[],
): DraftFinding | undefined {
  const { timed, durations } = subject;
  const vertices = verticesOf(install);
  const before = makespanOf(timed);
  const after = makespanOf(moved(subject, vertices, copies.flatMap(verticesOf)));
  const saving = savingOf(before, after, "without a cache", provenanceOf(subject.graph.vertices, durations));
  if (saving === undefined) return undefined;
  const sources = copies.filter(isFromStage).map(({ instruction }) => instruction);
  const stages = [...new Set(sources.flatMap((each) => (each.kind === "copy" ? [each.from] : [])))].join(", ");
  return {
    rule: "chained-work",
    reason: `the packages are installed only after ${stages} is built, though they need nothing of it`,
    suggestion: `Move ${linesText(sources)} below line ${install.instruction.lines.at(-1)}: then both are done side by side.`,
    saving,
    places: [
      { lines: install.instruction.lines, tokens: [] },
      ...sources.map(({ lines, ...each }) => ({ lines, tokens: each.kind === "copy" ? [`--from=${each.from}`] : [] })),
    ],
    vertices,
  };
}

/** The graph with some vertices in front of a chain that they stood behind. */
function moved(subject: FindingSubject, vertices: readonly GraphVertex[], chain: readonly GraphVertex[]) {
  const { timed, numberOf, graph } = subject;
  const skipped = new Set(chain.map(({ digest }) => digest));
  /** What the chain stands on. */
  const groundOf = (vertex: GraphVertex): string | undefined => {
    let digest = vertex.inputs[0]?.digest;
    while (digest !== undefined && skipped.has(digest)) digest = graph.vertex(digest)?.inputs[0]?.digest;
    return digest;
  };
  const others = new Map<number, (inputs: readonly number[]) => readonly number[]>();
  const numberAt = (digest: string) => {
    const vertex = graph.vertex(digest);
    return vertex === undefined ? [] : [numberOf(vertex)];
  };
  for (const vertex of vertices) {
    const [last] = vertex.inputs;
    const ground = groundOf(vertex);
    if (last === undefined) continue;
    others.set(numberOf(vertex), () => (ground === undefined ? [] : numberAt(ground)));
    for (const each of chain) {
      if (groundOf(each) !== ground || each.inputs[0]?.digest !== ground) continue;
      others.set(numberOf(each), (inputs) => [
        ...inputs.filter((input) => ground === undefined || !numberAt(ground).includes(input)),
        numberOf(vertex),
      ]);
    }
    for (const digest of vertex.dependents) {
      for (const dependent of numberAt(digest)) {
        others.set(dependent, (inputs) => [...inputs, ...numberAt(last.digest)]);
      }
    }
  }
  return rewired(timed, (vertex, inputs) => others.get(vertex)?.(inputs) ?? inputs);
}

/** Steps of one stage that build projects in folders of their own. */
function chainedProjects(subject: FindingSubject, { steps }: SubjectStage): readonly DraftFinding[] {
  const projects = steps.flatMap((step) => {
    const folder = step.kind === "run" ? projectFolder(step.runs[0]) : undefined;
    return folder === undefined ? [] : [{ step, folder }];
  });
  const runs = steps.filter(({ kind }) => kind === "run");
  const from = runs.findIndex(({ instruction }) => instruction === projects[0]?.step.instruction);
  // In a row, with no other RUN between: that could read what they made.
  const row = projects.filter(({ step }, index) => runs[from + index] === step);
  if (row.length < 2 || !row.every((one) => row.every((other) => one === other || areApart(one, other)))) return [];
  const [first, ...later] = row;
  if (first === undefined) return [];
  const { timed, durations } = subject;
  const before = makespanOf(timed);
  const vertices = row.flatMap(({ step }) => verticesOf(step));
  const after =
    makespanOf(
      detached(
        subject,
        row.map(({ step }) => step),
      ),
    ) +
    copyBack * later.length;
  const saving = savingOf(before, after, "without a cache", provenanceOf(vertices, durations));
  if (saving === undefined) return [];
  return [
    {
      rule: "chained-work",
      reason: `${row.map(({ folder }) => folder).join(" and ")} are built one after the other, though neither reads the other`,
      suggestion: `Build ${later.map(({ folder }) => folder).join(" and ")} in a stage of its own, and take what it makes with COPY --from.`,
      saving,
      places: row.map(({ step }) => ({ lines: step.instruction.lines, tokens: [] })),
      vertices,
    },
  ];
}

/** What it takes to copy what a stage made, in milliseconds. */
const copyBack = 200;

interface Project {
  readonly step: Step;
  readonly folder: string;
}

function areApart(a: Project, b: Project): boolean {
  const within = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}/`);
  if (within(a.folder, b.folder) || within(b.folder, a.folder)) return false;
  return !mentions(a, b) && !mentions(b, a);
}

/** By its path, its name, or a way up. */
function mentions({ step }: Project, { folder }: Project): boolean {
  const { code } = step.instruction;
  return (
    code.includes("..") || code.includes(folder) || new RegExp(`\\b${escaped(posix.basename(folder))}\\b`).test(code)
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The folder in which a RUN installs the packages of a project, and does nothing outside of it. */
function projectFolder(run: Run | undefined): string | undefined {
  if (run === undefined) return undefined;
  let folder = run.op.meta.cwd;
  let installs = false;
  for (const [at, command] of run.commands.entries()) {
    const [program = "", argument = ""] = command.words;
    const install = installOf(command);
    if (program === "cd" && at === 0) folder = posix.resolve(folder, argument);
    else if (install !== undefined && local.has(install.tool.name) && install.packages.length === 0) installs = true;
    else if (kindOf(command) !== "build" || !local.has(program)) return undefined;
    if (command.words.some((word) => /^(?:-g|--global|--prefix|--cwd|-C|--dir)/.test(word))) return undefined;
  }
  return installs && folder !== "/" ? folder : undefined;
}

/** Tools that keep to the folder that they are run in. */
const local = new Set([
  "npm",
  "yarn",
  "pnpm",
  "composer",
  "go mod",
  "go",
  "cargo fetch",
  "cargo",
  "mvn dependency",
  "mvn",
]);

/** The graph with each of some steps of a chain standing on what the first of them stands on. */
function detached({ timed, graph, numberOf }: FindingSubject, steps: readonly Step[]) {
  const row = new Map(steps.flatMap(verticesOf).map((vertex) => [numberOf(vertex), vertex]));
  /** What a vertex of the row stands on before any other of them. */
  const groundOf = (vertex: GraphVertex): number | undefined => {
    const digest = vertex.inputs[0]?.digest;
    const below = digest === undefined ? undefined : graph.vertex(digest);
    if (below === undefined) return undefined;
    return row.has(numberOf(below)) ? groundOf(below) : numberOf(below);
  };
  const last = new Set(steps.slice(-1).flatMap(verticesOf).map(numberOf));
  return rewired(timed, (vertex, inputs) => {
    // Who reads the last of them reads all.
    const joined = inputs.some((input) => last.has(input)) ? [...row.keys()] : [];
    if (joined.length > 0 && !row.has(vertex)) return [...inputs, ...joined];
    return inputs.flatMap((input) => {
      const below = row.get(input);
      if (below === undefined) return [input];
      const ground = groundOf(below);
      return ground === undefined ? [] : [ground];
    });
  });
}
