import type { Op, OpExecMeta, OpFileAction, OpInput, OpMount, OpOwner } from "../../src/llb/op.ts";
import type { OpMetadata } from "../../src/llb/op-metadata.ts";

import type { UnmarshalledDefinition } from "../../src/llb/unmarshal.ts";
import type {
  Edge,
  ExecMeta,
  ExecMount,
  ExecSecret,
  ExecSsh,
  FileAction,
  FileChain,
  Owner,
  SourceLocation,
  SourceMap,
  UserRef,
  Vertex,
  VertexBase,
} from "../../src/llb/vertex.ts";

/** The drafts that a frontend could have made a definition from. Capabilities are left to marshal, but for sources. */
export function redraft(definition: UnmarshalledDefinition): Edge | undefined {
  const maps = (definition.source?.infos ?? []).map((info): SourceMap => info);
  const vertices = new Map<string, Vertex>();
  let root: Edge | undefined;
  for (const [index, op] of definition.ops.entries()) {
    const digest = definition.digests[index] ?? "";
    const edges = op.inputs.map((input) => edgeTo(input, vertices));
    if (op.kind === "head") root = edges[0];
    else vertices.set(digest, vertexOf(op, edges, besides(definition, digest, op, maps)));
  }
  return root;
}

function edgeTo({ digest, output }: OpInput, vertices: ReadonlyMap<string, Vertex>): Edge {
  const vertex = vertices.get(digest);
  if (vertex === undefined) throw new Error(`no op ${digest}`);
  return { vertex, output };
}

function besides(definition: UnmarshalledDefinition, digest: string, op: Op, maps: readonly SourceMap[]): VertexBase {
  const metadata = definition.metadata.get(digest) ?? {};
  return {
    platform: op.platform,
    workerConstraints: op.workerConstraints,
    metadata: op.kind === "source" ? metadata : withoutCaps(metadata),
    locations: definition.source?.locations.get(digest)?.map(({ sourceIndex, ranges }): SourceLocation => {
      const sourceMap = maps[sourceIndex];
      if (sourceMap === undefined) throw new Error(`no source text ${sourceIndex}`);
      return { sourceMap, ranges };
    }),
  };
}

function withoutCaps(metadata: OpMetadata): OpMetadata {
  return { ...metadata, caps: undefined };
}

function vertexOf(op: Exclude<Op, { kind: "head" }>, edges: readonly Edge[], base: VertexBase): Vertex {
  switch (op.kind) {
    case "source":
      return { kind: "source", ...base, identifier: op.identifier, attrs: op.attrs };
    case "exec":
      return {
        kind: "exec",
        ...base,
        meta: metaOf(op.meta),
        mounts: op.mounts.filter(({ kind }) => kind !== "secret" && kind !== "ssh").map((m) => mountOf(m, edges)),
        network: op.network,
        security: op.security,
        secrets: [
          ...op.mounts.flatMap(({ secret, dest }): ExecSecret[] => (secret ? [{ ...secret, target: dest }] : [])),
          ...op.secretEnv.map(
            ({ name, ...secret }): ExecSecret => ({ ...secret, env: name, uid: 0, gid: 0, mode: 0o400 }),
          ),
        ],
        ssh: op.mounts.flatMap(({ ssh, dest }): ExecSsh[] => (ssh ? [{ ...ssh, target: dest }] : [])),
        cdiDevices: op.cdiDevices,
      };
    case "file":
      return { kind: "file", ...base, ...chainOf(op.actions, op.actions.length - 1, edges) };
    case "merge":
      return { kind: "merge", ...base, inputs: edges };
    case "diff":
      return { kind: "diff", ...base, lower: edges[op.lower], upper: edges[op.upper] };
    case "build": {
      const source = edges[op.named.get("buildkit.llb.definition") ?? -1];
      if (source === undefined) throw new Error("a build without a definition");
      return { kind: "build", ...base, source, filename: op.attrs.get("llbbuild.filename") };
    }
    case "passthrough":
      return { kind: "passthrough", ...base, id: op.id, inputs: edges, outputs: op.outputs };
  }
}

function metaOf({ removeMountStubsRecursive, ...meta }: OpExecMeta): ExecMeta {
  if (!removeMountStubsRecursive) throw new Error("an older client's exec");
  return meta;
}

function mountOf(mount: OpMount, edges: readonly Edge[]): ExecMount {
  const { dest, selector, readonly, cache, tmpfs, contentCache, output } = mount;
  const keeps = !readonly && cache === undefined && tmpfs === undefined;
  return {
    target: dest,
    source: edges[mount.input],
    selector,
    readonly,
    noOutput: keeps && output === -1,
    cache,
    tmpfs,
    contentCache,
  };
}

/** The chain that ends with an action: through the results it stands on, down to an input. */
function chainOf(actions: readonly OpFileAction[], last: number, edges: readonly Edge[]): FileChain {
  const own: OpFileAction[] = [];
  let input = edges.length + last;
  for (let action = actions[last]; action !== undefined; action = actions[input - edges.length]) {
    own.unshift(action);
    input = action.input;
  }
  return { base: edges[input], actions: own.map((action) => actionOf(action, actions, edges)) };
}

function actionOf(action: OpFileAction, actions: readonly OpFileAction[], edges: readonly Edge[]): FileAction {
  switch (action.kind) {
    case "copy": {
      const from = action.secondaryInput;
      const source = from >= edges.length ? chainOf(actions, from - edges.length, edges) : edges[from];
      const mode = action.modeStr !== "" ? action.modeStr : action.mode === -1 ? undefined : action.mode;
      return { ...action, source, mode, owner: ownerOf(action.owner) };
    }
    case "rm":
      return action;
    default:
      return { ...action, owner: ownerOf(action.owner) };
  }
}

function ownerOf(owner: OpOwner | undefined): Owner | undefined {
  if (owner === undefined) return undefined;
  return { user: userOf(owner.user), group: userOf(owner.group) };
}

function userOf(user: OpOwner["user"]): UserRef | undefined {
  return user === undefined || "id" in user ? user : { name: user.name };
}
