import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { Failure } from "../../src/failure.ts";
import { type CaretStyle, diagnosticsText, failureText } from "../../src/graph/caret.ts";
import { lineRange, type Range } from "../../src/range.ts";

function range(line: number, from: number, to: number, endLine = line): Range {
  return { start: { line, character: from }, end: { line: endLine, character: to } };
}

function diagnostic(ranges: readonly Range[], rest: Partial<Diagnostic> = {}): Diagnostic {
  return {
    rule: "some-rule",
    severity: "error",
    message: "this is wrong",
    filename: "Dockerfile",
    lines: ranges.map((each) => each.start.line),
    ranges,
    ...rest,
  };
}

/** The print of one diagnostic on `text`, without its first two lines (message and place). */
function excerptOf(text: string, ...ranges: Range[]): string {
  return diagnosticsText([diagnostic(ranges)], () => text)
    .split("\n")
    .slice(2)
    .join("\n");
}

describe("the print of a diagnostic", () => {
  it("shows message, rule, place, the lines around, carets under the token, and where to read more", () => {
    const text = diagnosticsText(
      [
        diagnostic([range(3, 5, 12)], {
          severity: "warning",
          rule: "UndefinedVar",
          message: "Usage of undefined variable '$SORUCE' (did you mean $SOURCE?)",
          url: "https://docs.docker.com/go/dockerfile/rule/undefined-var/",
        }),
      ],
      () => "FROM alpine\nARG SOURCE=x\nCOPY $SORUCE /a\nRUN x\nCMD y\nUSER z\n",
    );
    expect(text).toBe(
      [
        "warning: Usage of undefined variable '$SORUCE' (did you mean $SOURCE?) [UndefinedVar]",
        "Dockerfile:3:6",
        "   1 | FROM alpine",
        "   2 | ARG SOURCE=x",
        "   3 | COPY $SORUCE /a",
        "     |      ^^^^^^^",
        "   4 | RUN x",
        "   5 | CMD y",
        "see https://docs.docker.com/go/dockerfile/rule/undefined-var/",
        "",
      ].join("\n"),
    );
  });

  it("marks a whole line without its margins where no token is known, and gives no column", () => {
    const text = diagnosticsText([diagnostic([lineRange(2)])], () => "FROM alpine\n  RUNN x  \n");
    expect(text).toContain("\nDockerfile:2\n");
    expect(text).toContain("   2 |   RUNN x\n     |   ^^^^^^\n");
  });

  it("has no lines where there is no place, or where the file is not known", () => {
    expect(diagnosticsText([diagnostic([])], () => "FROM alpine\n")).toBe(
      "error: this is wrong [some-rule]\nDockerfile\n",
    );
    expect(diagnosticsText([diagnostic([lineRange(4)])], () => undefined)).toBe(
      "error: this is wrong [some-rule]\nDockerfile:4\n",
    );
  });

  it("puts an empty line between several", () => {
    const text = diagnosticsText([diagnostic([lineRange(1)]), diagnostic([lineRange(1)])], () => "X\n");
    expect(text.split("\n\n")).toHaveLength(2);
  });

  it("colours by what it is given", () => {
    const tag = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const style: CaretStyle = {
      error: tag("e"),
      warning: tag("w"),
      message: tag("m"),
      place: tag("p"),
      aside: tag("a"),
    };
    expect(diagnosticsText([diagnostic([range(1, 0, 4)])], () => "RUNN x", style)).toBe(
      [
        "<e>error:</e> <m>this is wrong</m> <a>[some-rule]</a>",
        "<p>Dockerfile:1:1</p>",
        "<a>   1 |</a> RUNN x",
        "<a>     |</a> <e>^^^^</e>",
        "",
      ].join("\n"),
    );
  });
});

describe("carets", () => {
  it("stand under tokens behind tabs", () => {
    expect(excerptOf("RUN\tfoo\tbar", range(1, 8, 11))).toBe("   1 | RUN foo bar\n     |         ^^^\n");
    expect(excerptOf("\t\tX", range(1, 2, 3))).toBe("   1 |         X\n     |         ^\n");
  });

  it("stand under tokens behind and of wide characters", () => {
    expect(excerptOf("RUN 日本 x", range(1, 7, 8))).toBe("   1 | RUN 日本 x\n     |          ^\n");
    expect(excerptOf("RUN 日本 x", range(1, 4, 6))).toBe("   1 | RUN 日本 x\n     |     ^^^^\n");
    expect(excerptOf("A 👩‍👩‍👧 b", range(1, 11, 12))).toBe("   1 | A 👩‍👩‍👧 b\n     |      ^\n");
    expect(excerptOf("e\u0301x", range(1, 2, 3))).toBe("   1 | e\u0301x\n     |  ^\n");
  });

  it("point behind the text where something is missing", () => {
    expect(excerptOf("WORKDIR", range(1, 7, 7))).toBe("   1 | WORKDIR\n     |        ^\n");
  });

  it("stand under each line of a range over several", () => {
    expect(excerptOf("COPY a \\\n  b \\\n  /c", range(1, 5, 3, 2))).toBe(
      ["   1 | COPY a \\", "     |      ^^^", "   2 |   b \\", "     |   ^", "   3 |   /c", ""].join("\n"),
    );
  });

  it("mark places far apart with a gap between", () => {
    const text = Array.from({ length: 20 }, (_, index) => `RUN ${index + 1}`).join("\n");
    expect(excerptOf(text, range(2, 0, 3), range(18, 0, 3))).toBe(
      [
        "   1 | RUN 1",
        "   2 | RUN 2",
        "     | ^^^",
        "   3 | RUN 3",
        "   4 | RUN 4",
        " ...",
        "  16 | RUN 16",
        "  17 | RUN 17",
        "  18 | RUN 18",
        "     | ^^^",
        "  19 | RUN 19",
        "  20 | RUN 20",
        "",
      ].join("\n"),
    );
  });

  it("show only the ends of a long instruction", () => {
    const text = Array.from({ length: 100 }, (_, index) => `line ${index + 1}`).join("\n");
    const shown = excerptOf(text, ...Array.from({ length: 80 }, (_, index) => lineRange(index + 10)));
    expect(shown.split("\n").filter((line) => line.includes("line"))).toHaveLength(16);
    expect(shown).toContain(" ...\n");
    expect(shown).toContain("  89 | line 89");
  });

  it("keep their token in sight on a line of a megabyte", () => {
    const text = `RUN ${"x".repeat(1_000_000)} $Y ${"z".repeat(1_000_000)}`;
    const [line = "", carets = ""] = excerptOf(text, range(1, 1_000_005, 1_000_007)).split("\n");
    expect(line.length).toBeLessThan(200);
    expect(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("$Y");
    expect(line).toMatch(/^ {3}1 \| ….*…$/);
  });
});

describe("what a terminal must not obey", () => {
  it("is shown, not sent", () => {
    const text = diagnosticsText(
      [diagnostic([range(1, 7, 8)], { message: "bad \x1b[31mword", filename: "Dock\x07erfile" })],
      () => "RUN \x1b[2Jx \u202eevil",
    );
    expect(text).not.toMatch(/[\x1b\x07\u202e]/);
    expect(text).toContain("␛[2Jx \ufffdevil");
  });

  it("is cut off: byte order marks and carriage returns", () => {
    const text = excerptOf("\ufeffRUN x\r\nCMD y\r\n", range(1, 4, 5));
    expect(text).toBe("   1 | RUN x\n     |     ^\n   2 | CMD y\n");
  });

  it("may be bytes that are no text at all", () => {
    const text = diagnosticsText([diagnostic([range(1, 4, 6)])], () =>
      Uint8Array.of(0x52, 0x55, 0x4e, 0x20, 0xff, 0xfe),
    );
    expect(text).toContain("   1 | RUN \ufffd\ufffd\n     |     ^^\n");
  });
});

describe("the print of a failure", () => {
  it("shows where in the Dockerfile it comes from, and what to do", () => {
    const failure = new Failure("step-failed", "the step exited with code 1", {
      remedy: "Look at the output above.",
      source: {
        filename: "Dockerfile",
        text: new TextEncoder().encode("FROM alpine\nRUN false\n"),
        ranges: [lineRange(2)],
      },
    });
    expect(failureText(failure)).toBe(
      [
        "error: the step exited with code 1 [step-failed]",
        "Dockerfile:2",
        "   1 | FROM alpine",
        "   2 | RUN false",
        "     | ^^^^^^^^^",
        "help: Look at the output above.",
        "",
      ].join("\n"),
    );
  });

  it("is short where it comes from nowhere", () => {
    expect(failureText(new Failure("worker-unreachable", "no worker answers"))).toBe(
      "error: no worker answers [worker-unreachable]\n",
    );
  });
});

describe("any text and any range", () => {
  const line = fc.string({ unit: "grapheme", maxLength: 60 }).filter((text) => !/[\n\r\ufeff]/.test(text));

  it("print, and every row of carets stands under a source line of the range", () => {
    const place = fc.record({ line: fc.nat(12), character: fc.nat(80) });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), place, place, (lines, start, end) => {
        const rows = excerptOf(lines.join("\n"), { start, end }).split("\n");
        for (const [index, row] of rows.entries()) {
          if (!/^ +\| *\^[ ^]*$/.test(row)) continue;
          const number = Number(/^ *(\d+) \|/.exec(rows[index - 1] ?? "")?.[1]);
          expect(number).toBeGreaterThanOrEqual(start.line);
          expect(number).toBeLessThanOrEqual(Math.max(start.line, end.line));
        }
      }),
    );
  });

  it("underline exactly the columns of the token", () => {
    const word = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((text) => /^[\p{L}\p{N}]+$/u.test(text));
    fc.assert(
      fc.property(word, word, word, (before, token, after) => {
        const text = `${before} ${token} ${after}`;
        const from = before.length + 1;
        const [, carets = ""] = excerptOf(text, range(1, from, from + token.length)).split("\n");
        expect(stringWidth(carets.slice(0, carets.indexOf("^")))).toBe(7 + stringWidth(`${before} `));
        expect(carets.trimEnd().length - carets.indexOf("^")).toBe(stringWidth(token));
      }),
    );
  });
});
