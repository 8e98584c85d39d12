import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "../../src/graph/parse.ts";

const source = `# escape=\`
ARG VERSION=1

FROM alpine AS base
  RUN make \`
    all  
COPY <<one <<two /dest/
a
one
b
two
ONBUILD RUN x`;

describe("parse", () => {
  it("gives the instructions of each stage with their types, and where they stand", async () => {
    const { directives, escape: escapeCharacter, globalArgs, stages, diagnostics } = await parse(source);
    expect(diagnostics).toEqual([]);
    expect(directives.escape?.value).toBe("`");
    expect(escapeCharacter).toBe("`");
    expect(globalArgs).toMatchObject([{ kind: "arg", args: [{ key: "VERSION", value: "1" }] }]);
    expect(stages).toMatchObject([{ name: "base", baseName: "alpine" }]);
    const kinds = stages[0]?.instructions.map(({ kind, lines, range }) => ({ kind, lines, range }));
    expect(kinds).toEqual([
      { kind: "run", lines: [5, 6], range: { start: { line: 5, character: 2 }, end: { line: 6, character: 7 } } },
      {
        kind: "copy",
        lines: [7, 8, 9, 10, 11],
        range: { start: { line: 7, character: 0 }, end: { line: 11, character: 3 } },
      },
      { kind: "onbuild", lines: [12], range: { start: { line: 12, character: 0 }, end: { line: 12, character: 13 } } },
    ]);
    expect(stages[0]?.range).toEqual({ start: { line: 4, character: 0 }, end: { line: 4, character: 19 } });
  });

  it("tells a kind apart by its type", async () => {
    const { stages } = await parse("FROM a\nENV a=1 b=2\n");
    const [env] = stages[0]?.instructions ?? [];
    expect(env?.kind === "env" ? env.env.map(({ key }) => key) : []).toEqual(["a", "b"]);
  });

  it("goes on after an error, and points at its token", async () => {
    const { stages, diagnostics } = await parse("FROM a\nRUNN x\nUSER 1\n", { filename: "app.Dockerfile" });
    expect(stages[0]?.instructions).toMatchObject([{ kind: "user" }]);
    expect(diagnostics).toMatchObject([
      {
        filename: "app.Dockerfile",
        severity: "error",
        ranges: [{ start: { line: 2, character: 0 }, end: { line: 2, character: 4 } }],
      },
    ]);
  });

  it("counts columns without byte order mark and carriage returns", async () => {
    const { stages } = await parse("\ufeffFROM a\r\nRUN b \r\n");
    expect(stages[0]?.range.end).toEqual({ line: 1, character: 6 });
    expect(stages[0]?.instructions[0]?.range.end).toEqual({ line: 2, character: 5 });
  });

  it("gives every instruction a range that begins with its keyword, or the continuation before it", async () => {
    const word = fc.constantFrom(
      "FROM a",
      "  RUN b",
      "\tCOPY <<E /x",
      "E",
      "",
      "# c",
      "RUN \\",
      "\\",
      "ENV a=b",
      "\u00e9",
      "from",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 10 }), async (lines) => {
        const { stages, globalArgs } = await parse(lines.join("\n"));
        const placed = [...globalArgs, ...stages.flatMap((stage) => stage.instructions)];
        for (const { name, range } of placed) {
          expect(lines[range.start.line - 1]?.slice(range.start.character)).toMatch(new RegExp(`^(${name}|\\\\)`));
          expect(range.end.line).toBeGreaterThanOrEqual(range.start.line);
        }
      }),
    );
  });
});
