import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sourceLines } from "../../src/graph/source-lines.ts";
import { tokensOf, withTokenRanges } from "../../src/graph/token-ranges.ts";
import { lineRange } from "../../src/range.ts";

interface Options {
  readonly tokens: readonly string[];
  readonly lines: readonly number[];
  readonly last?: boolean;
  readonly escape?: string;
}

/** The text that the ranges of a diagnostic cover; undefined where they stayed whole lines. */
async function pointedAt(text: string, { tokens, lines, last = false, escape: escapeCharacter = "\\" }: Options) {
  const source = sourceLines(text);
  const diagnostic = {
    rule: "rule",
    severity: "error",
    message: "",
    filename: "Dockerfile",
    lines,
    ranges: lines.map(lineRange),
  } as const;
  const [found] = await withTokenRanges(source, escapeCharacter, [{ diagnostic, tokens, last }]);
  const range = found?.ranges[0];
  if (found?.ranges.length !== 1 || range === undefined || range.end.character === 0) return undefined;
  expect(range.end.line).toBe(range.start.line);
  const line = source[range.start.line - 1] ?? "";
  return `${range.start.line}: ${line.slice(0, range.start.character)}«${line.slice(range.start.character, range.end.character)}»`;
}

describe("the place of a token", () => {
  it("is a keyword, a flag or an argument", async () => {
    const text = "FROM alpine\nCOPY --chmod=9 a /a\n";
    expect(await pointedAt(text, { tokens: ["COPY"], lines: [2] })).toBe("2: «COPY»");
    expect(await pointedAt(text, { tokens: ["--chmod=9"], lines: [2] })).toBe("2: COPY «--chmod=9»");
    expect(await pointedAt(text, { tokens: ["/a"], lines: [2] })).toBe("2: COPY --chmod=9 a «/a»");
  });

  it("is the part of an argument that is not within a longer name", async () => {
    const text = "FROM alpine\nENV A=$FOOBAR-$FOO\n";
    expect(await pointedAt(text, { tokens: ["$FOO", "${FOO"], lines: [2] })).toBe("2: ENV A=$FOOBAR-«$FOO»");
  });

  it("takes the braces and the modifier of a variable along", async () => {
    const text = 'FROM alpine\nENV A="x ${FOO:-y}z"\n';
    expect(await pointedAt(text, { tokens: ["$FOO", "${FOO"], lines: [2] })).toBe('2: ENV A="x «${FOO:-y}»');
  });

  it("can be the last of several", async () => {
    expect(await pointedAt("FROM Go AS Go\n", { tokens: ["Go"], lines: [1], last: true })).toBe("1: FROM Go AS «Go»");
  });

  it("may be written in another case, if it is nowhere as it should be", async () => {
    expect(await pointedAt("FROM a AS Build\n", { tokens: ["build"], lines: [1] })).toBe("1: FROM a AS «Build»");
  });

  it("is on the right line of a long instruction, not in its comments", async () => {
    const text = "FROM alpine\nRUN one \\\n  # two\n  two && \\\n  three\nRUN <<EOF\ntwo\nEOF\n";
    expect(await pointedAt(text, { tokens: ["two"], lines: [2, 3, 4, 5] })).toBe("4:   «two»");
    expect(await pointedAt(text, { tokens: ["two"], lines: [6, 7, 8] })).toBe("7: «two»");
  });

  it("is found under another escape character", async () => {
    const text = "# escape=`\nFROM a `\n  AS b\n";
    expect(await pointedAt(text, { tokens: ["b"], lines: [2, 3], escape: "`" })).toBe("3:   AS «b»");
  });

  it("counts UTF-16 units behind a byte order mark", async () => {
    expect(await pointedAt("\ufeffLABEL 😀=x y=z\n", { tokens: ["y=z"], lines: [1] })).toBe("1: LABEL 😀=x «y=z»");
  });

  it("stays the whole line where the token is not, where there is no line, and where the instruction is huge", async () => {
    expect(await pointedAt("FROM a\n", { tokens: ["b"], lines: [1] })).toBeUndefined();
    expect(await pointedAt("FROM a\n", { tokens: ["b"], lines: [] })).toBeUndefined();
    expect(await pointedAt("FROM a\n", { tokens: ["b"], lines: [7] })).toBeUndefined();
    expect(await pointedAt(`RUN ${"x ".repeat(50_000)}b\n`, { tokens: ["b"], lines: [1] })).toBeUndefined();
  });

  it("is, wherever it is found in whatever text, the token itself", async () => {
    const text = fc.array(
      fc.constantFrom("RUN", "a", "$a", "\\\n", "\n", "#", '"', "'", "=", " ", "<<E", "`", "😀", "\t"),
      {
        maxLength: 40,
      },
    );
    const token = fc.constantFrom("a", "$a", "RUN", "=", "#");
    await fc.assert(
      fc.asyncProperty(text, token, fc.integer({ min: 1, max: 6 }), fc.nat(4), async (parts, wanted, first, more) => {
        const lines = Array.from({ length: more + 1 }, (_, index) => first + index);
        const found = await pointedAt(parts.join(""), { tokens: [wanted], lines });
        if (found === undefined) return;
        expect(/«(.*)»$/s.exec(found)?.[1]?.toLowerCase()).toBe(wanted.toLowerCase());
        expect(lines).toContain(Number(found.split(":", 1)[0]));
      }),
    );
  });
});

describe("the tokens of an error message", () => {
  it.each([
    ['there is no stage with the position "-1"', ["-1"]],
    ['"a" and "b" are one: keep "a"', ["a", "b", "a"]],
    ["--chmod=0688 is not an octal number", ["--chmod=0688"]],
    ["ro=maybe is neither true nor false", ["ro=maybe"]],
    ["sharing=lock: a cache is shared, private, locked", ["sharing=lock"]],
    ["TOKEN_NAME: give a name", ["${TOKEN_NAME"]],
    ['the "}" of a "${...}" is missing', []],
    ["the Dockerfile is empty", []],
  ])("%s", (message, tokens) => {
    expect(tokensOf(message)).toEqual(tokens);
  });
});
