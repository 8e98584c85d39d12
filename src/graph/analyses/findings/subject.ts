import type { ExecOp, FileOp, SourceOp } from "../../../llb/op.ts";
import type { ParsedDockerfile } from "../../../parser/dockerfile.ts";
import type { Instruction, RunInstruction, Stage } from "../../../parser/instruction.ts";
import type { BuildGraph, GraphVertex } from "../../build-graph.ts";
import { numberedGraph } from "../dag.ts";
import type { Durations } from "../durations.ts";
import { millisecondsOf } from "../milliseconds.ts";
import { commandsOf, type ShellCommand } from "../shell-commands.ts";
import { type TimedDag, timedDag } from "./rebuild.ts";

/** What findings are looked for in: the instructions beside the vertices that came of them. */
export interface FindingSubject {
  readonly graph: BuildGraph;
  readonly durations: Durations;
  readonly timed: TimedDag;
  /** In the order of the Dockerfile; of stages that the target does not need, no step has a vertex. */
  readonly stages: readonly SubjectStage[];
  /** The number of a vertex in `timed`. */
  numberOf(vertex: GraphVertex): number;
}

export interface SubjectStage {
  readonly stage: Stage;
  /** Undefined where it is based on an image. */
  readonly base: SubjectStage | undefined;
  readonly steps: readonly Step[];
}

/** An instruction with what came of it on all platforms: nothing where it only sets something. */
export type Step =
  | { readonly kind: "run"; readonly instruction: RunInstruction; readonly runs: readonly Run[] }
  | { readonly kind: "files"; readonly instruction: Instruction; readonly vertices: readonly FileVertex[] }
  | { readonly kind: "setting"; readonly instruction: Instruction };

/** A RUN on one platform, or on several that share it. */
export interface Run {
  readonly vertex: GraphVertex;
  readonly op: ExecOp;
  readonly commands: readonly ShellCommand[];
}

export interface FileVertex {
  readonly vertex: GraphVertex;
  readonly op: FileOp;
}

export function findingSubject(
  { stages }: ParsedDockerfile,
  graph: BuildGraph,
  durations: Durations,
  workers: number | undefined,
): FindingSubject {
  const { dag, vertices, numberOf } = numberedGraph(graph);
  const byLine = new Map<number, GraphVertex[]>();
  for (const vertex of vertices) {
    for (const line of vertex.lines) byLine.set(line, [...(byLine.get(line) ?? []), vertex]);
  }
  const known: SubjectStage[] = [];
  for (const stage of stages) {
    const base = known.findLast(
      (other) => other.stage.name !== "" && other.stage.name === stage.baseName.toLowerCase(),
    );
    known.push({ stage, base, steps: stage.commands.map((command) => stepOf(command, byLine)) });
  }
  return {
    graph,
    durations,
    timed: timedDag(dag, millisecondsOf(vertices, durations), workers),
    stages: known,
    numberOf: ({ digest }) => numberOf(digest) ?? 0,
  };
}

function stepOf(instruction: Instruction, byLine: ReadonlyMap<number, readonly GraphVertex[]>): Step {
  const vertices = byLine.get(instruction.lines[0] ?? 0) ?? [];
  switch (instruction.kind) {
    case "run":
      return { kind: "run", instruction, runs: vertices.flatMap(runOf) };
    case "copy":
    case "add":
    case "workdir":
      return { kind: "files", instruction, vertices: vertices.flatMap(fileVertexOf) };
    default:
      return { kind: "setting", instruction };
  }
}

function runOf(vertex: GraphVertex): readonly Run[] {
  const { op } = vertex;
  return op.kind === "exec" ? [{ vertex, op, commands: commandsOf(op) }] : [];
}

function fileVertexOf(vertex: GraphVertex): readonly FileVertex[] {
  const { op } = vertex;
  return op.kind === "file" ? [{ vertex, op }] : [];
}

/** The folder of the client that a file vertex reads, if it reads one. */
export function localSourceOf({ graph }: FindingSubject, { vertex }: FileVertex): SourceOp | undefined {
  for (const { digest } of vertex.inputs) {
    const op = graph.vertex(digest)?.op;
    if (op?.kind === "source" && op.identifier.startsWith("local://")) return op;
  }
  return undefined;
}

/** The vertices of an instruction, of whatever kind. */
export function verticesOf(step: Step): readonly GraphVertex[] {
  switch (step.kind) {
    case "run":
      return step.runs.map(({ vertex }) => vertex);
    case "files":
      return step.vertices.map(({ vertex }) => vertex);
    case "setting":
      return [];
  }
}
