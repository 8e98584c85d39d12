import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DockerfileError } from "../../src/diagnostic.ts";
import { diagnosticsText } from "../../src/graph/caret.ts";
import { check } from "../../src/graph/check.ts";
import { checkJson } from "../../src/graph/check-shape.ts";
import { checkText } from "../../src/graph/check-text.ts";
import type { CompileOptions } from "../../src/graph/compile-options.ts";
import { inspect } from "../../src/graph/inspect.ts";
import { outline } from "../../src/graph/outline.ts";
import { outlineJson, outlineText } from "../../src/graph/outline-shape.ts";
import { targets, targetsJson, targetsText } from "../../src/graph/targets.ts";

const options: CompileOptions = {
  sessionId: "s",
  resolver: { image: async () => ({ config: { os: "linux", architecture: "arm64", config: {} } }) },
};

/** Lines that are right, nearly right, and wrong, in any order. */
const line = fc.oneof(
  fc.constantFrom(
    "FROM alpine",
    "FROM alpine AS A",
    "from $X as b",
    "FROM --platform=$TARGETPLATFORM a",
    "FROM b AS context",
    "FROM a AS __proto__",
    "ARG X=alpine",
    "ARG TOKEN",
    "ARG __proto__=${constructor}",
    "# X says what",
    "# check=skip=all;error=true",
    "#check=experimental=all",
    "# escape=`",
    "ENV A $B",
    "ENV A=1 \\",
    "",
    "COPY --from=b x$Y /z",
    "COPY --from=1 . .",
    "COPY --chmod=$M <<EOF /f",
    "EOF",
    "RUN --mount=type=secret,id=s,required --mount=type=ssh x",
    "RUNN \u{1f600}\ttab",
    "CMD $X",
    'cmd ["x"]',
    "WORKDIR rel/$X",
    "EXPOSE 1:2/TCP $P",
    "ONBUILD ADD x y",
    "MAINTAINER \ud800",
    "\x1b[31mRUN \u202e",
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const dockerfile = fc.array(line, { maxLength: 14 }).map((lines) => lines.join("\n"));

describe("whatever a Dockerfile says", () => {
  it("check gives a report, in all its forms", async () => {
    await fc.assert(
      fc.asyncProperty(dockerfile, async (text) => {
        const report = await check(text, options);
        expect(report.sources[0]?.data).toBe(Buffer.from(text).toString("base64"));
        expect(JSON.parse(checkJson(report)).warnings ?? []).toEqual(report.warnings);
        // One excerpt for each warning that has a place, none for an error.
        const warned = checkText(report).match(/^WARNING: /gm) ?? [];
        expect(warned.length).toBe(report.warnings.length);
      }),
    );
  });

  it("its diagnostics point into it, and print without control characters", async () => {
    await fc.assert(
      fc.asyncProperty(dockerfile, async (text) => {
        const { diagnostics, source } = await inspect(text, options, { allStages: true });
        const count = text.split("\n").length;
        for (const { ranges } of diagnostics) {
          for (const { start, end } of ranges) {
            expect(start.line).toBeGreaterThan(0);
            expect(end.line).toBeLessThanOrEqual(count);
            expect(end.character).toBeGreaterThanOrEqual(end.line === start.line ? start.character : 0);
          }
        }
        expect(diagnosticsText(diagnostics, () => source.data)).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
      }),
    );
  });

  it("outline and targets give an answer or say what is wrong with it", async () => {
    await fc.assert(
      fc.asyncProperty(dockerfile, async (text) => {
        const answers = await Promise.allSettled([outline(text, options), targets(text)]);
        const [outlined, listed] = answers;
        for (const answer of answers) {
          if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(DockerfileError);
        }
        if (outlined.status === "fulfilled") {
          expect(JSON.parse(outlineJson(outlined.value))).toEqual(outlined.value);
          expect(outlineText(outlined.value)).not.toContain("undefined");
          // What builds can be listed.
          expect(listed.status).toBe("fulfilled");
        }
        if (listed.status === "fulfilled") {
          expect(JSON.parse(targetsJson(listed.value)).targets ?? []).toEqual(listed.value.targets);
          expect(targetsText(listed.value).split("\n")[0]).toMatch(/^TARGET +DESCRIPTION$/);
        }
      }),
    );
  });
});
