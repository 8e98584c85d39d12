import { describe, expect, test } from "vitest";
import { scratchImage } from "../../../src/graph/image-state.ts";
import type { StageState } from "../../../src/graph/lower/state.ts";
import { enterWorkdir, lowerWorkdir } from "../../../src/graph/lower/workdir.ts";
import type { WorkdirInstruction } from "../../../src/parser/instruction.ts";
import { lowerContext, stageState } from "./stage.ts";

function workdir(path: string): WorkdirInstruction {
  return { kind: "workdir", name: "WORKDIR", lines: [1], comments: [], code: `WORKDIR ${path}`, path };
}

function actionsOf(state: StageState) {
  return state.root?.vertex.kind === "file" ? state.root.vertex.actions : undefined;
}

describe("WORKDIR", () => {
  test("makes the directory for the user of the image, at the source date", () => {
    const state = stageState();
    const epoch = { nanoseconds: 5_000_000_000n, offset: 0 };
    const { context } = lowerContext({ epoch });
    const after = lowerWorkdir(context, { ...state, image: { ...state.image, user: "app:7" } }, workdir("/srv"));
    expect(actionsOf(after)).toEqual([
      {
        kind: "mkdir",
        path: "/srv",
        mode: 0o755,
        makeParents: true,
        owner: { user: { name: "app" }, group: { id: 7 } },
        timestamp: 5_000_000_000n,
      },
    ]);
    expect(after).toMatchObject({ workdir: "/srv", workdirSet: true, step: 1 });
    expect(after.history.toArray()).toMatchObject([{ createdBy: "WORKDIR /srv", emptyLayer: false }]);
  });

  test("builds on the one before", () => {
    const { context } = lowerContext();
    const after = lowerWorkdir(context, lowerWorkdir(context, stageState(), workdir("/a")), workdir("b"));
    expect(after.workdir).toBe("/a/b");
    expect(context.lint.warnings).toEqual([]);
  });

  test("warns about a relative one that nothing in the file came before", () => {
    const { context } = lowerContext();
    lowerWorkdir(context, lowerWorkdir(context, stageState(), workdir("a")), workdir("b"));
    expect(context.lint.warnings.map((warning) => warning.rule)).toEqual(["WorkdirRelativePath"]);
  });

  test("of the root makes nothing, and takes no step", () => {
    const after = lowerWorkdir(lowerContext().context, stageState(), workdir("/"));
    expect(after).toMatchObject({ root: undefined, step: 0 });
    expect(after.history.toArray()).toMatchObject([{ createdBy: "WORKDIR /", emptyLayer: true }]);
  });

  test("has backslashes in a Windows config and slashes everywhere else", () => {
    const platform = { os: "windows", architecture: "amd64" };
    const state = stageState({ platform, ...scratchImage(platform) });
    const after = lowerWorkdir(lowerContext().context, state, workdir("C:\\app\\x"));
    expect(after).toMatchObject({ workdir: "/app/x", image: { workingDir: "\\app\\x" } });
    expect(actionsOf(after)).toMatchObject([{ path: "/app/x" }]);
    expect(after.history.toArray()).toMatchObject([{ createdBy: "WORKDIR /app/x" }]);
  });
});

test("the directory of a base image leaves no trace but itself; a relative one counts from itself", () => {
  const state = stageState();
  const inside = enterWorkdir({ ...state, image: { ...state.image, workingDir: "rel" } }, "rel");
  expect(inside).toMatchObject({
    root: undefined,
    workdir: "/rel/rel",
    image: { workingDir: "/rel/rel" },
    workdirSet: false,
  });
});
