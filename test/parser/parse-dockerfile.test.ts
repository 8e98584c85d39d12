import { describe, expect, test } from "vitest";
import { parseDockerfile, parseTrigger } from "../../src/parser/index.ts";

const parse = (text: string) => parseDockerfile(Buffer.from(text, "utf8"));
const firstStage = (text: string) => parse(text).stages[0]?.commands ?? [];

describe("a Dockerfile becomes stages", () => {
  const dockerfile = [
    "# syntax=docker/dockerfile:1",
    "# version The release to build.",
    "ARG version=1",
    "",
    "# build Compiles.",
    "FROM golang:1.24 AS Build",
    "RUN --mount=type=cache,target=/root/.cache \\",
    "    # a comment inside",
    "    go build ./...",
    "FROM scratch",
    "COPY --from=build --chown=1:2 /app /",
  ].join("\n");

  test("with directives, global arguments, names in lower case and descriptions", () => {
    const parsed = parse(dockerfile);
    expect(parsed.errors).toEqual([]);
    expect(parsed.directives.syntax).toEqual({ value: "docker/dockerfile:1", text: "docker/dockerfile:1", lines: [1] });
    expect(parsed.metaArgs[0]?.args).toEqual([{ key: "version", value: "1", docComment: "The release to build." }]);
    expect(parsed.stages.map((stage) => stage.name)).toEqual(["build", ""]);
    expect(parsed.stages[0]).toMatchObject({ baseName: "golang:1.24", docComment: "Compiles.", lines: [6] });
  });

  test("of instructions that know their lines, comments and joined text", () => {
    const [build, last] = parse(dockerfile).stages;
    expect(build?.commands[0]).toMatchObject({
      kind: "run",
      lines: [7, 8, 9],
      code: "RUN --mount=type=cache,target=/root/.cache     go build ./...",
      cmdLine: ["go build ./..."],
      mountFlags: ["type=cache,target=/root/.cache"],
    });
    expect(last?.commands[0]).toMatchObject({ kind: "copy", from: "build", chown: "1:2", destPath: "/" });
  });

  test("and findings, each with the comments that may silence it", () => {
    const { findings } = parse("FROM a AS B\n# check=skip=all\nMAINTAINER me\nRUN x \\\n\n  y\n");
    expect(findings).toEqual([
      { rule: "NoEmptyContinuation", args: [], lines: [6] },
      { rule: "StageNameCasing", args: ["B"], lines: [1] },
      { rule: "MaintainerDeprecated", args: [], lines: [3], comments: ["check=skip=all"] },
    ]);
  });
});

describe("what is wrong with a Dockerfile", () => {
  const errorsOf = (text: string) => parse(text).errors.map(({ rule, lines }) => [rule, lines]);

  test("is told all at once, BuildKit's own error first", () => {
    const text = "FROM a\nRUM x\nENV\nCOPY --frmo=b c d\nENV broken\nFROM a AS 1\nRUN fine\n";
    expect(errorsOf(text)).toEqual([
      ["key-value-missing-value", [5]],
      ["unknown-instruction", [2]],
      ["argument-count", [3]],
      ["unknown-flag", [4]],
      ["stage-name", [6]],
    ]);
  });

  test.each([
    ["FROM a\nCPOY a b", "unknown instruction: CPOY (did you mean COPY?)", "CPOY"],
    ["FROM a\ncpoy a b", "unknown instruction: cpoy (did you mean copy?)", "cpoy"],
    ["FROM a\nINSTALL b", "unknown instruction: INSTALL", "INSTALL"],
    ["FROM a\nRUN --mont=type=ssh x", "unknown flag: --mont of RUN (did you mean mount?)", "--mont"],
    ["FROM a\nWORKDIR --x /y", "WORKDIR takes no flags", "--x"],
    ["FROM a\nCOPY --link=1 b c", "--link is true or false", "--link=1"],
    ["FROM a\nCOPY --chown b c", "--chown needs a value", "--chown"],
    ["FROM a\nRUN --network=hots x", "--network is default, none or host", "--network"],
    ["FROM a b c", "FROM is written", "b"],
    ["FROM a\nENV A=1 B", 'no "="', "B"],
    ["FROM a\nRUN [1]", "strings only", "[1]"],
    ["FROM a\nRUN <<END\nx\n", "put END alone on a line", "END"],
    ["FROM a\nHEALTHCHECK --interval=5 CMD x", "no duration", "--interval=5"],
    ["FROM a\nHEALTHCHECK CDM x", "did you mean CMD?", "CDM"],
    ["FROM a\nONBUILD ONBUILD RUN x", "ONBUILD cannot trigger ONBUILD", "ONBUILD"],
    ["FROM a\nRUN --mount=from=$x y", "FROM $x AS <name>", "--mount"],
    ["RUN x\nFROM a\n", "RUN stands before any FROM", "RUN"],
  ])("%j: says what to do about it, and at which token", (text, message, token) => {
    const [error] = parse(text).errors;
    expect(error?.message).toContain(message);
    expect(error?.token).toBe(token);
  });

  test("is placed where it is, even where BuildKit counts from zero", () => {
    const [error] = parse("# escape=^\nFROM a\n").errors;
    expect(error).toMatchObject({ rule: "directive-escape", lines: [0], at: [1], token: "^" });
  });

  test("does not hide what can be read", () => {
    const { stages } = parse("FROM a\nRUM x\nRUN y\n");
    expect(stages[0]?.commands.map((command) => command.kind)).toEqual(["run"]);
  });

  test("leaves out what no line can tell: after a heredoc without an end nothing is an error", () => {
    expect(errorsOf("FROM a\nRUN <<E\nFOO\nBAR\n")).toEqual([["heredoc-unterminated", [2, 3, 4]]]);
  });
});

describe("bytes", () => {
  test("that are not UTF-8 are kept where BuildKit keeps them", () => {
    const source = Buffer.from("FROM a\nRUN echo \xff\nENV A=\xff\n", "latin1");
    const [run, env] = parseDockerfile(source).stages[0]?.commands ?? [];
    expect(run).toMatchObject({ cmdLine: ["echo \udcff"] });
    expect(env).toMatchObject({ env: [{ key: "A", value: "\ufffd" }] });
  });

  test("of a character that a continuation splits make the character again", () => {
    const source = Buffer.from("FROM a\nRUN echo \xc3\\\n\xa9\n", "latin1");
    expect(parseDockerfile(source).stages[0]?.commands[0]).toMatchObject({ cmdLine: ["echo é"] });
  });

  test("in flags are Latin-1, and some of them white space", () => {
    expect(firstStage("FROM a\nCOPY --chown=jürgen a b")[0]).toMatchObject({ chown: "jÃ¼rgen" });
    // The second byte of "à" is 0xA0.
    expect(firstStage("FROM a\nCOPY --chown=à a b")[0]).toMatchObject({ chown: "Ã", sourcePaths: ["a"] });
    expect(firstStage("FROM a\nCOPY --chown=x⠀a b c")[0]).toMatchObject({ chown: "xâ", sourcePaths: ["\udc80a", "b"] });
  });

  test("that fold to a keyword's letters make the keyword", () => {
    expect(firstStage("FROM a\nWOR\u212aDİR /x")[0]).toMatchObject({ kind: "workdir", path: "/x" });
  });

  test("of a byte order mark are no part of the first instruction", () => {
    expect(parse("\ufeffFROM a\n").stages[0]?.baseName).toBe("a");
  });
});

describe("a healthcheck", () => {
  const health = (flags: string) => firstStage(`FROM a\nHEALTHCHECK ${flags} CMD x`)[0];
  test.each([
    ["--interval=1h2m3.5s", { interval: 3_723_500_000_000n }],
    ["--timeout=.5s", { timeout: 500_000_000n }],
    ["--start-period=2562047h47m16.854775807s", { startPeriod: 9_223_372_036_854_775_807n }],
    ["--start-interval=0", { startInterval: 0n }],
    ["--retries=+3", { retries: 3 }],
  ])("takes %s", (flag, expected) => {
    expect(health(flag)).toMatchObject({ health: { test: ["CMD-SHELL", "x"], ...expected } });
  });
  test.each([
    "--interval=1ms1",
    "--interval=-1s",
    "--interval=999us",
    "--timeout=1d",
    "--retries=-1",
    "--retries=1.5",
    "--start-period=2562048h",
  ])("refuses %s", (flag) => {
    expect(parse(`FROM a\nHEALTHCHECK ${flag} CMD x`).errors).toHaveLength(1);
  });
});

describe("a trigger", () => {
  test("is the instruction of an ONBUILD, at the lines of the FROM that runs it", () => {
    const [onbuild] = firstStage("FROM a\nONBUILD RUN <<E\nx\nE\n");
    const expression = onbuild?.kind === "onbuild" ? onbuild.expression : "";
    expect(expression).toBe("RUN <<E\nx\nE");
    const trigger = parseTrigger(expression, [7]);
    expect(trigger).toMatchObject({
      ok: true,
      instruction: { kind: "run", lines: [7], files: [{ name: "E", data: "x\n" }] },
    });
  });

  test.each(["", "FROM a", "RUN a\nRUN b", "FOO", "RUN --x y", "ENV a", "RUN <<E\n"])("%j is refused", (expression) => {
    expect(parseTrigger(expression, [3])).toMatchObject({ ok: false, error: { lines: [3] } });
  });
});
