import { describe, expect, test } from "vitest";
import { EnvList } from "../../../src/graph/env-list.ts";
import { InvalidDockerfile } from "../../../src/graph/invalid-dockerfile.ts";
import { lowerAdd } from "../../../src/graph/lower/add.ts";
import { lowerCopy } from "../../../src/graph/lower/copy.ts";
import type { StageState } from "../../../src/graph/lower/state.ts";
import type { CopyAction, Edge, FileVertex } from "../../../src/llb/vertex.ts";
import type { AddInstruction, CopyInstruction } from "../../../src/parser/instruction.ts";
import { compilePatterns } from "../../../src/pattern-matcher.ts";
import { add, copy, lowerContext, mainContext, sourceStage, stageState } from "./stage.ts";

const base: Edge = {
  output: 0,
  vertex: { kind: "source", identifier: "docker-image://docker.io/library/base:latest" },
};

function fileOf(edge: Edge | undefined): FileVertex {
  if (edge?.vertex.kind !== "file") throw new Error(`a ${edge?.vertex.kind} vertex`);
  return edge.vertex;
}

function copiesOf(state: StageState): readonly CopyAction[] {
  return fileOf(state.root).actions.filter((action) => action.kind === "copy");
}

function lowerOne(instruction: CopyInstruction | AddInstruction, state: StageState = stageState({ root: base })) {
  const { context, records } = lowerContext();
  const after =
    instruction.kind === "copy" ? lowerCopy(context, state, instruction) : lowerAdd(context, state, instruction);
  return { after, records };
}

describe("sources", () => {
  test("each is an action, context files first, inline files after them", () => {
    const sourceContents = [{ path: "EOF", data: "é", expand: true }];
    const { after, records } = lowerOne(copy({ sourcePaths: ["b", "../a"], sourceContents }));
    expect(copiesOf(after)).toMatchObject([
      { source: mainContext, src: "/b", allowWildcard: true },
      { source: mainContext, src: "/a", allowWildcard: true },
      {
        src: "EOF",
        source: { vertex: { actions: [{ kind: "mkfile", path: "EOF", mode: 0o644, data: Buffer.from("é") }] } },
      },
    ]);
    expect(records.contextPaths).toEqual(["/b", "/a"]);
    expect(after.history.toArray()).toMatchObject([{ createdBy: "COPY b ../a <<EOF /to/ # buildkit" }]);
  });

  test("of another stage are noted there", () => {
    const stage = sourceStage();
    const { context, records } = lowerContext({ sources: [stage] });
    const after = lowerCopy(context, stageState(), copy({ from: "tools", sourcePaths: ["bin/"] }));
    expect(copiesOf(after)).toMatchObject([{ source: stage.root, src: "/bin" }]);
    expect(stage.paths).toEqual(["/bin"]);
    expect(records.contextPaths).toEqual([]);
  });

  test("of a later stage are refused", () => {
    const { context } = lowerContext({ sources: [sourceStage({ dispatched: false })] });
    expect(() => lowerCopy(context, stageState(), copy({ from: "later" }))).toThrow(/defined before/);
  });

  test.each(["https://h/x", "https://h/x.git", "git@h:x", "git://h/x"])("COPY does not fetch %s", (path) => {
    expect(() => lowerOne(copy({ sourcePaths: [path] }))).toThrow(/use ADD/);
  });

  test("ADD fetches, and takes the old short form for a path", () => {
    const paths = ["https://h/x", "https://h/x.git", "git@h:x", "github.com/acme/x", "HTTP://h/x"];
    const { after, records } = lowerOne(add({ sourcePaths: paths }));
    const identifiers = copiesOf(after).map(({ source }) =>
      source !== undefined && "vertex" in source && source.vertex.kind === "source" ? source.vertex.identifier : "?",
    );
    expect(identifiers).toEqual(["https://h/x", "git://h/x.git", "git://h/x", "local://context", "local://context"]);
    expect(records.contextPaths).toEqual(["/git@h:x", "/github.com/acme/x", "/HTTP:/h/x"]);
  });

  test("an address with odd options is refused wherever it stands", () => {
    expect(() => lowerOne(copy({ sourcePaths: ["github.com/acme/x?depth=1"] }))).toThrow(InvalidDockerfile);
    expect(() => lowerOne(add({ sourcePaths: ["https://h/x.git?depth=1"] }))).toThrow(InvalidDockerfile);
  });
});

describe("destinations", () => {
  test.each([
    ["/a/b", "/a/b"],
    ["/a/", "/a/"],
    ["a/", "/w/a/"],
    [".", "/w/"],
    ["./", "/w/"],
    ["", "/w/"],
    ["a/.", "/w/a/."],
    ["..", "/"],
  ])("%j is %j", (destPath, dest) => {
    const { after } = lowerOne(copy({ destPath }), stageState({ root: base, workdir: "/w" }));
    expect(copiesOf(after)).toMatchObject([{ dest }]);
  });
});

describe("flags", () => {
  test("stand in the history in a fixed order", () => {
    const { after } = lowerOne(copy({ chmod: "755", chown: "1:2", parents: true }));
    expect(after.history.toArray()).toMatchObject([
      { createdBy: "COPY --parents --chown=1:2 --chmod=755 x /to/ # buildkit" },
    ]);
    expect(copiesOf(after)).toMatchObject([{ mode: 0o755, owner: { user: { id: 1 }, group: { id: 2 } } }]);
  });

  test("a name shows variables filled in and quotes gone", () => {
    const state = stageState({ root: base, env: EnvList.of([["V", "1.2"]]) });
    const { after } = lowerOne(copy({ code: 'copy "x-$V" $UNSET /to/' }), state);
    expect(fileOf(after.root).metadata?.description?.get("llb.customname")).toBe("[1/3] COPY x-1.2  /to/");
  });
});

describe("a linked copy", () => {
  test("stands alone and is merged on top, both shown as one step", () => {
    const { after } = lowerOne(copy({ link: true, code: "COPY --link x /to/" }));
    const merge = after.root?.vertex;
    if (merge?.kind !== "merge") throw new Error(`a ${merge?.kind} vertex`);
    const [below, files] = merge.inputs;
    expect(below).toBe(base);
    expect(fileOf(files).base).toBeUndefined();
    const name = "[1/3] COPY --link x /to/";
    const id = merge.metadata?.progressGroup?.id;
    expect(merge.metadata?.progressGroup).toEqual({ id, name, weak: false });
    expect(fileOf(files).metadata?.progressGroup).toEqual({ id, name, weak: true });
    expect(merge.metadata?.description?.get("llb.customname")).toBe("[1/3] LINK COPY --link x /to/");
    expect(after.step).toBe(1);
  });

  test("on scratch has nothing to be merged with", () => {
    const { after } = lowerOne(copy({ link: true }), stageState());
    expect(fileOf(after.root).metadata?.progressGroup?.weak).toBe(true);
  });

  test("is an ordinary one with a mode, or where the worker cannot merge", () => {
    expect(fileOf(lowerOne(copy({ link: true, chmod: "755" })).after.root).base).toBe(base);
    const { context } = lowerContext({ caps: { has: (id) => id !== "mergeop" } });
    expect(fileOf(lowerCopy(context, stageState({ root: base }), copy({ link: true })).root).base).toBe(base);
  });
});

describe("the ignore file", () => {
  function warnings(
    pattern: string,
    instruction: CopyInstruction | AddInstruction,
    sources = lowerContext().context.sources,
  ) {
    const { context } = lowerContext({ ignoreMatcher: compilePatterns([pattern]), sources });
    if (instruction.kind === "copy") lowerCopy(context, stageState(), instruction);
    else lowerAdd(context, stageState(), instruction);
    return context.lint.warnings.map((warning) => warning.rule);
  }

  test("warns about context files that it keeps out", () => {
    expect(warnings("x", copy({}))).toEqual(["CopyIgnoredFile"]);
    expect(warnings("x", add({ sourcePaths: ["x/y", "z"] }))).toEqual(["CopyIgnoredFile"]);
  });

  test("says nothing of stages and downloads", () => {
    expect(warnings("x", copy({ from: "tools" }), [sourceStage()])).toEqual([]);
    expect(warnings("**", add({ sourcePaths: ["https://h/x"] }))).toEqual([]);
  });
});
