import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  envOf,
  expandWord,
  expandWords,
  parseDockerfile,
  parseTrigger,
  type SyntaxNode,
} from "../../src/parser/index.ts";

/** Pieces that mean something to the parser, so that random sequences of them reach its corners. */
const piece = fc.constantFrom(
  ..."FROM|RUN|COPY|ADD|ENV|ARG|LABEL|ONBUILD|HEALTHCHECK|CMD|EXPOSE|SHELL|STOPSIGNAL|VOLUME|WORKDIR|USER|MAINTAINER".split(
    "|",
  ),
  ..."# escape=`|# syntax=x|# check=skip=all|#|\\|`|\n|\r\n|\t| |  |<<E|<<-E|<<'E'|E|--mount=|--from=|--|=|,|$|${|}|:-|%|/|\"|'|[|]|[\"a\"]|a|é|⠀|\u00a0|\ufeff|\0".split(
    "|",
  ),
);
const dockerfile = fc.oneof(
  fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(""))),
  fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(`FROM a\n${pieces.join(" ")}`)),
  fc
    .array(
      fc.oneof(
        piece.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 3 }),
      ),
      { maxLength: 40 },
    )
    .map((parts) => Buffer.concat(parts)),
  fc.uint8Array({ maxLength: 200 }),
);
const word = fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 25 }).map((pieces) => pieces.join(""));

describe("any bytes", () => {
  test("are read without a throw, and always the same way", () => {
    fc.assert(
      fc.property(dockerfile, (source) => {
        expect(parseDockerfile(source)).toEqual(parseDockerfile(source));
      }),
      { numRuns: 400 },
    );
  });

  test("give instructions that follow each other and lie within the text", () => {
    fc.assert(
      fc.property(dockerfile, (source) => {
        const { ast, stages } = parseDockerfile(source);
        const lineCount = Buffer.from(source).filter((byte) => byte === 0x0a).length + 1;
        let last = 0;
        for (const { start, end } of ast) {
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThanOrEqual(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(lineCount);
        for (const { commands } of stages) {
          for (const { lines } of commands) expect(ast.some(({ start }) => start === lines[0])).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("read as one instruction read again from its joined line", () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const source = `FROM a\nRUN ${pieces.join(" ").replaceAll("\n", "\\\n").replaceAll("<<", "")}`;
        const node = parseDockerfile(Buffer.from(source)).ast[1];
        if (node === undefined || /[\\`]\s*$/.test(node.original)) return;
        const again = parseDockerfile(Buffer.from(`FROM a\n${node.original}`)).ast[1];
        expect(again && content(again)).toEqual(content(node));
      }),
      { numRuns: 400 },
    );
  });

  test("make a trigger or an error", () => {
    fc.assert(
      fc.property(word, (expression) => {
        const trigger = parseTrigger(expression, [1]);
        expect(trigger.ok ? trigger.instruction.lines : trigger.error.lines).toEqual([1]);
      }),
      { numRuns: 400 },
    );
  });
});

describe("any word", () => {
  const env = envOf(
    new Map([
      ["a", "x y"],
      ["E", ""],
    ]),
  );
  test("expands or is refused, the same way whole and split", () => {
    fc.assert(
      fc.property(word, fc.boolean(), fc.boolean(), fc.boolean(), (text, rawQuotes, rawEscapes, skipUnsetEnv) => {
        const options = { rawQuotes, rawEscapes, skipUnsetEnv };
        expect("error" in expandWords(text, env, options)).toBe("error" in expandWord(text, env, options));
      }),
      { numRuns: 1000 },
    );
  });
  test("without anything special is itself", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9 .,:=/<>é日-]*$/), (text) => {
        expect(expandWord(text, env)).toMatchObject({ result: text });
      }),
    );
  });
});

function content({ value, flags, args, json }: SyntaxNode) {
  return { value, flags, args, json };
}
