import { describe, expect, it } from "vitest";
import { outlineJson, outlineShape, outlineText } from "../../src/graph/outline-shape.ts";
import { type GlobalArgument, StageOutline, type StageOutlineOptions } from "../../src/graph/outline-stage.ts";

function global(name: string, line: number, ...uses: string[]): [string, GlobalArgument] {
  return [name, { name, value: `${name} value`, description: "", lines: [line], uses: new Set(uses) }];
}

function stage(options: Partial<StageOutlineOptions> = {}): StageOutline {
  return new StageOutline({
    name: "",
    description: "",
    globals: new Map(),
    usedInFrom: [],
    base: undefined,
    replaced: false,
    ...options,
  });
}

const source = new TextEncoder().encode("FROM scratch\n");
const argNames = (target: StageOutline) => outlineShape(target, source).args?.map((arg) => arg.name) ?? [];

describe("the arguments of an outline", () => {
  it("are those before FROM that it uses, with those that their values take, by line", () => {
    const globals = new Map([
      global("REGISTRY", 1),
      global("UNUSED", 2),
      global("IMAGE", 3, "REGISTRY"),
      global("TAG", 4, "IMAGE", "TAG"),
    ]);
    expect(argNames(stage({ globals, usedInFrom: ["TAG", "TARGETPLATFORM"] }))).toEqual(["REGISTRY", "IMAGE", "TAG"]);
  });

  it("end though arguments take one another's values in a circle", () => {
    const globals = new Map([global("A", 1, "B"), global("B", 2, "A")]);
    expect(argNames(stage({ globals, usedInFrom: ["A"] }))).toEqual(["A", "B"]);
  });

  it("are told by the declaration of the stage, which hides a global one unless it only passes it on", () => {
    const globals = new Map([global("A", 1), global("B", 2)]);
    const target = stage({ globals });
    target.declareArg({ name: "A", value: "own", description: "mine", lines: [7] }, false);
    target.declareArg({ name: "B", value: "B value", description: "", lines: [8] }, true);
    expect(outlineShape(target, source).args).toEqual([
      { name: "B", value: "B value", location: { ranges: [{ start: { line: 2 }, end: { line: 2 } }] } },
      {
        name: "A",
        description: "mine",
        value: "own",
        location: { ranges: [{ start: { line: 7 }, end: { line: 7 } }] },
      },
    ]);
  });

  it("are those of the base and of the stages that it copies from, too, each name once, nearest first", () => {
    const declare = (to: StageOutline, name: string, line: number) => {
      to.declareArg({ name, value: `${line}`, description: "", lines: [line] }, false);
      return to;
    };
    const base = declare(declare(stage({ name: "base" }), "A", 2), "B", 3);
    const tools = declare(declare(stage({ name: "tools" }), "B", 6), "C", 7);
    const target = declare(stage({ base }), "A", 10);
    target.dependencies = [tools];
    tools.dependencies = [target];
    expect(outlineShape(target, source).args?.map((arg) => [arg.name, arg.value])).toEqual([
      ["B", "3"],
      ["C", "7"],
      ["A", "10"],
    ]);
  });

  it("of a stage that a named context replaces are only those of the FROM lines below it", () => {
    const globals = new Map([global("TAG", 1)]);
    const base = stage({ globals, usedInFrom: ["TAG"] });
    base.declareArg({ name: "OWN", value: "", description: "", lines: [3] }, false);
    const replaced = stage({ globals, base, replaced: true });
    expect(argNames(replaced)).toEqual(["TAG"]);
    expect(argNames(stage({ globals, base }))).toEqual(["TAG", "OWN"]);
  });
});

describe("the secrets and agents of an outline", () => {
  it("count with their first use", () => {
    const target = stage();
    target.useSecret("token", false, [3]);
    target.useSecret("token", true, [4]);
    target.useSsh("default", true, [2]);
    const { secrets, ssh } = outlineShape(target, source);
    expect(secrets).toEqual([{ name: "token", location: { ranges: [{ start: { line: 3 }, end: { line: 3 } }] } }]);
    expect(ssh?.[0]).toMatchObject({ name: "default", required: true });
  });
});

describe("the forms of an outline", () => {
  it("say nothing of what is not there", () => {
    const empty = outlineShape(stage(), source);
    expect(empty).toEqual({ sources: ["RlJPTSBzY3JhdGNoCg=="] });
    expect(outlineText(empty)).toBe("");
    expect(outlineJson(empty)).toBe('{\n  "sources": [\n    "RlJPTSBzY3JhdGNoCg=="\n  ]\n}');
  });

  it("name the target and align the columns", () => {
    const target = stage({ name: "app", description: "is the end" });
    target.declareArg({ name: "VERSION", value: "1 < 2", description: "what to build", lines: [2] }, false);
    target.declareArg({ name: "X", value: "", description: "", lines: [2] }, false);
    target.useSsh("default", false, [3]);
    const shape = outlineShape(target, source);
    expect(outlineText(shape)).toBe(
      [
        "TARGET:      app",
        "DESCRIPTION: is the end",
        "",
        "BUILD ARG   VALUE   DESCRIPTION",
        "VERSION     1 < 2   what to build",
        "X                   ",
        "",
        "SSH       REQUIRED",
        "default   ",
        "",
        "",
      ].join("\n"),
    );
    expect(outlineJson(shape)).toContain('"value": "1 \\u003c 2"');
  });
});
