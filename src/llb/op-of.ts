import { execOpOf } from "./exec-op.ts";
import { fileOpOf } from "./file-op.ts";
import { MarshalError } from "./marshal-error.ts";
import type { BuildOp, DiffOp, MergeOp, OpBase, OpInput, PassthroughOp, SourceOp } from "./op.ts";
import { type CappedOp, constraintsOf, type OpContext } from "./op-context.ts";
import type {
  BuildVertex,
  DiffVertex,
  Edge,
  MarshalledVertex,
  MergeVertex,
  PassthroughVertex,
  SourceVertex,
  Vertex,
  VertexBase,
} from "./vertex.ts";

/** The op that a draft stands for, with the inputs, indices and capabilities that BuildKit's client gives it. */
export function opOf(vertex: Exclude<Vertex, MarshalledVertex>, context: OpContext): CappedOp {
  switch (vertex.kind) {
    case "source":
      return sourceOpOf(vertex, context);
    case "exec":
      return execOpOf(vertex, context);
    case "file":
      return fileOpOf(vertex, context);
    case "merge":
      return { op: mergeOpOf(vertex, context), caps: ["mergeop"] };
    case "diff":
      return { op: diffOpOf(vertex, context), caps: ["diffop"] };
    case "build":
      return { op: buildOpOf(vertex, context), caps: ["source.buildop.llbfilename"] };
    case "passthrough":
      return { op: passthroughOpOf(vertex, context), caps: ["passthroughop"] };
  }
}

/** Most ops give the same result on any platform, and are written without one so that platforms share them. */
function neutralBase(vertex: VertexBase, context: OpContext, inputs: readonly OpInput[]): OpBase {
  return { inputs, platform: undefined, workerConstraints: constraintsOf(vertex, context.options) };
}

function sourceOpOf(vertex: SourceVertex, context: OpContext): CappedOp {
  const { identifier } = vertex;
  if (identifier === "") throw new MarshalError("no-identifier", vertex);
  let attrs = vertex.attrs ?? noAttrs;
  let caps: readonly string[] = none;
  if (identifier.startsWith("local://") && !attrs.has("local.session")) {
    const unique = context.options.localUniqueId;
    if (unique === undefined) throw new Error(`${identifier} has no session, and marshal got no localUniqueId`);
    attrs = new Map(attrs).set("local.unique", unique);
    caps = ["source.local.unique"];
  }
  const hasPlatform = identifier.startsWith("docker-image://") || identifier.startsWith("oci-layout://");
  const op: SourceOp = {
    kind: "source",
    inputs: [],
    platform: hasPlatform ? (vertex.platform ?? context.options.platform) : undefined,
    workerConstraints: constraintsOf(vertex, context.options),
    identifier,
    attrs,
  };
  return { op, caps };
}

const none: readonly string[] = [];
const noAttrs: ReadonlyMap<string, string> = new Map();

function mergeOpOf(vertex: MergeVertex, context: OpContext): MergeOp {
  const inputs = inputsOf(vertex.inputs, context);
  if (inputs.length < 2) throw new Error("a merge needs at least two inputs that are not scratch");
  return { kind: "merge", ...neutralBase(vertex, context, inputs), layers: inputs.map((_, index) => index) };
}

function diffOpOf(vertex: DiffVertex, context: OpContext): DiffOp {
  const inputs: OpInput[] = [];
  const lower = append(inputs, context.input(vertex.lower));
  const upper = append(inputs, context.input(vertex.upper));
  return { kind: "diff", ...neutralBase(vertex, context, inputs), lower, upper };
}

function buildOpOf(vertex: BuildVertex, context: OpContext): BuildOp {
  const { filename } = vertex;
  return {
    kind: "build",
    inputs: inputsOf([vertex.source], context),
    platform: vertex.platform ?? context.options.platform,
    workerConstraints: constraintsOf(vertex, context.options),
    builder: -1,
    named: new Map([["buildkit.llb.definition", 0]]),
    attrs: filename === undefined || filename === "" ? noAttrs : new Map([["llbbuild.filename", filename]]),
    definition: undefined,
  };
}

function passthroughOpOf(vertex: PassthroughVertex, context: OpContext): PassthroughOp {
  const inputs = inputsOf(vertex.inputs, context);
  if (vertex.id === "") throw new Error("a passthrough needs an id");
  if (vertex.outputs.length === 0 || vertex.outputs.some((index) => inputs[index] === undefined)) {
    throw new Error("a passthrough needs outputs, each of them one of its inputs");
  }
  return { kind: "passthrough", ...neutralBase(vertex, context, inputs), id: vertex.id, outputs: vertex.outputs };
}

function inputsOf(edges: readonly Edge[], context: OpContext): OpInput[] {
  return edges.map((edge) => context.input(edge)).filter((input) => input !== undefined);
}

/** The index of the new input, or -1 for scratch. */
function append(inputs: OpInput[], input: OpInput | undefined): number {
  return input === undefined ? -1 : inputs.push(input) - 1;
}
