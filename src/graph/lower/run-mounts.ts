import type { Edge, ExecMount, ExecSecret, ExecSsh } from "../../llb/vertex.ts";
import type { Mount, RunInstruction } from "../../parser/instruction.ts";
import { cleanPath, joinPath } from "../../slash-path.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { named } from "./named.ts";
import { runSecret, runSsh } from "./run-credentials.ts";
import type { LowerContext, SourceStage, StageState } from "./state.ts";

export interface RunMounts {
  readonly mounts: readonly ExecMount[];
  readonly secrets: readonly ExecSecret[];
  readonly ssh: readonly ExecSsh[];
}

/** The `--mount` flags of a RUN, in the order written. Records the paths and the credentials that they use. */
export function runMounts(context: LowerContext, state: StageState, instruction: RunInstruction): RunMounts {
  if (instruction.mounts.length === 0) return none;
  const mounts: ExecMount[] = [];
  const secrets: ExecSecret[] = [];
  const ssh: ExecSsh[] = [];
  for (const [index, mount] of instruction.mounts.entries()) {
    const stage = stageOf(mount, context.sources[index]);
    if (mount.type === "secret") secrets.push(runSecret(context, mount, instruction.lines));
    else if (mount.type === "ssh") ssh.push(runSsh(context, mount, instruction.lines));
    else mounts.push(fileMount(context, state, mount, stage));
  }
  return { mounts, secrets, ssh };
}

const none: RunMounts = { mounts: [], secrets: [], ssh: [] };

/** Where a mount comes from: undefined for the main context. A cache without `from` starts empty. */
function stageOf(mount: Mount, source: SourceStage | undefined): SourceStage | undefined {
  if (mount.from === "" && mount.type !== "cache") return undefined;
  if (source?.dispatched !== true) {
    throw new InvalidDockerfile(
      "stage-order",
      `cannot mount from stage "${mount.from}" to "${mount.target}": the stage must be defined before this one`,
    );
  }
  return source;
}

/** A bind mount, a cache or a tmpfs. */
function fileMount(context: LowerContext, state: StageState, mount: Mount, stage: SourceStage | undefined): ExecMount {
  const target = targetOf(mount, state.workdir);
  const path = joinPath("/", mount.source);
  if (stage === undefined) context.recorder.useContextPath(path);
  else stage.usePath(path);
  const source = stage === undefined ? context.mainContext : stage.root;
  const noOutput = !mount.readOnly && mount.type === "bind" && context.caps.has("exec.mount.bind.readwrite-nooutput");
  const content = contentOf(mount, mount.type === "tmpfs" ? undefined : source, path);
  return {
    target,
    source: content.source,
    selector: content.selector,
    readonly: mount.readOnly,
    noOutput,
    cache: mount.type === "cache" ? cacheOf(mount, context.cacheIdNamespace) : undefined,
    tmpfs: mount.type === "tmpfs" ? { size: BigInt(mount.sizeLimit) } : undefined,
  };
}

function targetOf(mount: Mount, workdir: string): string {
  const target = mount.target.startsWith("/") ? mount.target : joinPath("/", workdir, mount.target);
  if (target !== "/") return target;
  throw new InvalidDockerfile(
    "mount-target",
    mount.target === ""
      ? "a mount needs a target, and without one the working directory / is no place for it: add target=<folder>"
      : `cannot mount on "${mount.target}", the root of the file system: choose a folder below it`,
  );
}

/** A cache with an owner or a mode, and no folder to start from, starts from a folder made that way. */
function contentOf(mount: Mount, source: Edge | undefined, path: string): Pick<ExecMount, "source" | "selector"> {
  if (path !== "/") return { source, selector: path };
  const { mode, uid, gid } = mount;
  if (mode === undefined && uid === undefined && gid === undefined) return { source };
  const folder: Edge = {
    output: 0,
    vertex: {
      kind: "file",
      base: source,
      actions: [
        {
          kind: "mkdir",
          path: "/cache",
          mode: (mode ?? 0o755) & 0o777,
          owner: { user: { id: uid ?? 0 }, group: { id: gid ?? 0 } },
        },
      ],
      metadata: { description: named("[internal] setting cache mount permissions") },
    },
  };
  return { source: folder, selector: "/cache" };
}

function cacheOf(mount: Mount, namespace: string): ExecMount["cache"] {
  const id = mount.cacheId === "" ? cleanPath(mount.target) : mount.cacheId;
  return { id: `${namespace}/${id}`, sharing: mount.cacheSharing === "" ? "shared" : mount.cacheSharing };
}
