import { digestOf } from "../../digest.ts";
import type { Op, OpFileAction } from "../../llb/op.ts";
import { formatPlatformFully } from "../../platform.ts";
import type { BuildGraph, GraphVertex } from "../build-graph.ts";
import type { VertexKeys } from "./durations.ts";

/**
 * What the vertices of a graph are known by in other builds, by digest. Of equal steps of a stage, and of one stage for
 * several platforms, each has keys of its own: they are told apart by their order.
 */
export function vertexKeys(graph: BuildGraph): ReadonlyMap<string, VertexKeys> {
  const seen = new Map<string, number>();
  const numbered = (text: string) => {
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    return digestOf(`${text}\n${before}`);
  };
  return new Map(
    graph.vertices.map((vertex) => [
      vertex.digest,
      {
        vertex: vertex.digest,
        step: numbered(JSON.stringify(["step", namedStage(vertex), platformOf(vertex), deedOf(vertex.op)])),
        instruction:
          vertex.stage === undefined
            ? undefined
            : numbered(JSON.stringify(["instruction", vertex.stage, platformOf(vertex), instructionOf(vertex)])),
      },
    ]),
  );
}

/** Its number among the stages changes with edits elsewhere. */
function namedStage({ stage }: GraphVertex): string {
  return stage === undefined || /^stage-\d+$/.test(stage) ? "" : stage;
}

/** Where it runs, and what for: a stage of the build platform can be there for several. */
function platformOf({ op, platforms }: GraphVertex): string {
  return [op.platform === undefined ? "" : formatPlatformFully(op.platform), ...platforms].join(" ");
}

/** `RUN make` of `[linux/arm64 build 2/5] RUN make`, digests left out. */
function instructionOf({ name }: GraphVertex): string {
  return name.replace(/^\[[^\]]*\] /, "").replace(pinned, "");
}

const pinned = /@sha256:[0-9a-f]{64}/g;

/** What an op does itself: nothing of its inputs, nor of the environment that it was given on the way. */
function deedOf(op: Op): unknown {
  switch (op.kind) {
    case "source":
      return [op.kind, op.identifier.replace(pinned, "")];
    case "exec":
      return [
        op.kind,
        op.meta.args,
        op.meta.cwd,
        op.meta.user,
        op.network,
        op.security,
        op.mounts.map(({ kind, dest, selector, cache }) => [kind, dest, selector, cache?.id]),
      ];
    case "file":
      return [op.kind, op.actions.map(actionOf)];
    case "merge":
    case "diff":
    case "head":
    case "passthrough":
      return [op.kind];
    case "build":
      return [op.kind, [...op.attrs]];
  }
}

function actionOf(action: OpFileAction): unknown {
  switch (action.kind) {
    case "copy":
      return [action.kind, action.src, action.dest, action.includePatterns, action.excludePatterns];
    case "mkfile":
    case "mkdir":
    case "rm":
      return [action.kind, action.path];
    case "symlink":
      return [action.kind, action.oldpath, action.newpath];
  }
}
