import { describe, expect, it } from "vitest";
import { DockerfileError } from "../../../src/diagnostic.ts";
import { Failure } from "../../../src/failure.ts";
import { check } from "../../../src/graph/check.ts";
import { checkJson } from "../../../src/graph/check-shape.ts";
import { checkText } from "../../../src/graph/check-text.ts";
import { compile } from "../../../src/graph/compile.ts";
import type { CompileOptions } from "../../../src/graph/compile-options.ts";
import { outline } from "../../../src/graph/outline.ts";
import { parse } from "../../../src/graph/parse.ts";
import { targets } from "../../../src/graph/targets.ts";
import { resolver } from "./arbitrary-options.ts";
import { largeInputs } from "./large-inputs.ts";
import { outcomeOf } from "./outcome.ts";

const options: CompileOptions = { sessionId: "s", resolver };

function repeat(count: number, part: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => part(index)).join("");
}

/** The ops of what compiles, the rule of the first error otherwise. */
async function sizeOrRule(source: string | Uint8Array, given: CompileOptions = options): Promise<number | string> {
  const outcome = await outcomeOf(source, given);
  if (outcome === "unresolved") return outcome;
  if ("refused" in outcome) return outcome.refused[0]?.rule ?? "";
  const { platforms } = await compile(source, given);
  return platforms[0]?.definition.def.length ?? 0;
}

describe("size alone", () => {
  // A twentieth of what is meant; the whole of it is for the long run.
  it.each(largeInputs.map((input) => [input.about, input] as const))(
    "is no problem: %s",
    async (_, { usual, source, outcome }) => {
      const n = usual / 20;
      expect(await sizeOrRule(source(n))).toBe(outcome(n));
    },
    60_000,
  );
});

describe("an instruction with as many warnings as lines", () => {
  const source = (n: number) =>
    `FROM scratch\nLABEL ${Array.from({ length: n }, (_, i) => `\\\n a${i}=$U${i}`).join("")}`;

  it("is checked in all forms, each warning at all of its lines", async () => {
    const report = await check(source(300), options);
    expect(report.warnings.map(({ location }) => location.ranges?.length)).toEqual(Array(300).fill(301));
    expect(JSON.parse(checkJson(report)).warnings).toEqual(report.warnings);
    expect(checkText(report).match(/^WARNING: /gm)?.length).toBe(300);
  }, 60_000);

  it("is a failure where the answer is longer than any text", async () => {
    const report = await check(source(2_500), options);
    expect(() => checkJson(report)).toThrow(Failure);
  }, 60_000);
});

describe("a long line", () => {
  it.each([
    [65_535, 3],
    [65_536, "line-too-long"],
  ])("of %d bytes", async (length, expected) => {
    expect(await sizeOrRule(`FROM alpine\nRUN ${"x".repeat(length - 4)}\n`)).toBe(expected);
    expect(await sizeOrRule(`FROM alpine\nRUN ${"\udc80".repeat(length - 4)}`)).toBe(
      expected === 3 ? "invalid-step" : expected,
    );
  });

  it("counts bytes, not characters", async () => {
    expect(await sizeOrRule(`FROM alpine\nRUN ${"é".repeat(32_766)}`)).toBe("line-too-long");
  });
});

describe("depth", () => {
  it("of quotes, brackets and slashes is text", async () => {
    for (const piece of ['"', "'", "[", "{", "(", "/", "../", "\\", "`", "<<", "$", "${", "%"]) {
      await outcomeOf(
        `FROM alpine\nRUN ${piece.repeat(15_000)}\nENV A=${piece.repeat(15_000)}\nCOPY ${piece.repeat(15_000)} /`,
        options,
      );
    }
  }, 60_000);
});

describe("stages that read one another", () => {
  it.each([2, 3, 500])("in a circle of %d are refused at all instructions of it", async (length) => {
    const source = repeat(length, (i) => `FROM alpine AS s${i}\nCOPY --from=s${(i + 1) % length} / /\n`);
    const error = await compile(source, options).catch((reason: unknown) => reason);
    if (!(error instanceof DockerfileError)) throw error;
    const [diagnostic] = error.diagnostics;
    expect(diagnostic?.rule).toBe("stage-cycle");
    const lines = diagnostic?.ranges.map(({ start }) => start.line) ?? [];
    expect(lines.toSorted((a, b) => a - b)).toEqual(Array.from({ length }, (_, index) => 2 * (index + 1)));
  });

  it("include the one that reads itself, by name and by number", async () => {
    expect(await sizeOrRule("FROM alpine AS a\nCOPY --from=a / /")).toBe("stage-cycle");
    expect(await sizeOrRule("FROM alpine\nCOPY --from=0 / /")).toBe("stage-cycle");
    expect(await sizeOrRule("FROM alpine AS a\nRUN --mount=from=a,target=/a x")).toBe("stage-cycle");
  });
});

describe("values that double with each line", () => {
  const doubled = (count: number) => `ENV A=${"x".repeat(1_000)}\n${"ENV A=$A$A\n".repeat(count)}`;

  it.each([
    ["variables", `FROM scratch\n${doubled(60)}`],
    ["arguments", `FROM scratch\n${doubled(60).replaceAll("ENV", "ARG")}`],
    ["global arguments", `${doubled(60).replaceAll("ENV", "ARG")}FROM scratch`],
    ["replacements", `FROM scratch\nENV A=${"a".repeat(1_000)}\n${"ENV A=${A//a/aaaaaaaaaaaaaaaa}\n".repeat(20)}`],
    ["replacements by what they replace", `FROM scratch\nENV A=a\n${"ENV A=${A//a/\\$0\\$0\\$0\\$0}\n".repeat(20)}`],
  ])("are refused before they fill the memory: %s", async (_, source) => {
    expect(await sizeOrRule(source)).toBe("invalid-expansion");
  });

  it("cannot be hidden in many places either", async () => {
    const long = `FROM scratch\n${doubled(12)}`;
    expect(await sizeOrRule(`${long}${repeat(200, (i) => `LABEL l${i}=$A\n`)}`)).toMatch(/invalid-expansion|too-large/);
    expect(await sizeOrRule(`${long}${"WORKDIR d/$A\n".repeat(30)}`)).toMatch(/invalid-expansion|too-large/);
    expect(await sizeOrRule(`${long.replaceAll("ENV", "ARG")}${"RUN x\n".repeat(200)}`)).toBe("too-large");
    expect(
      await sizeOrRule(`FROM scratch\n${`WORKDIR ${"d".repeat(60_000)}\n`.repeat(5)}COPY ${"a ".repeat(30_000)} b/`),
    ).toBe("too-large");
    expect(await sizeOrRule(`FROM scratch\nEXPOSE ${"0-65535 ".repeat(8_000)}`)).toBe("too-large");
  }, 60_000);
});

describe("keys that objects know otherwise", () => {
  const keys = [
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "0",
    "1",
    "4294967295",
    "-1",
    "01",
  ];

  it("are arguments, variables, labels and build arguments like any other", async () => {
    for (const key of keys) {
      const isName = /^[a-z_]+$/i.test(key);
      const used = isName ? `<$\{${key}}>` : "";
      const source = `FROM scratch\nARG ${key}\nENV E_${key}=${used} ${key}=v\nLABEL ${key}=l`;
      const buildArgs: Record<string, string> = JSON.parse(`{${JSON.stringify(key)}: "given"}`);
      const { platforms } = await compile(source, { ...options, buildArgs, labels: buildArgs });
      const text = Buffer.from(platforms[0]?.imageJSON ?? []).toString();
      expect(text).toContain(`"${key}=v"`);
      expect(text).toContain(`"Labels":{"${key}":"given"}`);
      // A number or a dash is no name for the lexer.
      if (isName) expect(text).toContain(`"E_${key}=\\u003cgiven\\u003e"`);
    }
  });

  it("are images, stages and contexts like any other", async () => {
    for (const key of keys) {
      await outcomeOf(`FROM ${key}`, options);
      await outcomeOf(
        `FROM scratch AS ${key}\nFROM scratch\nCOPY --from=${key} / /\nRUN --mount=from=${key},target=/a x`,
        options,
      );
      await outcomeOf(`FROM ${key} AS a\nCOPY --from=${key} a b`, {
        ...options,
        namedContexts: JSON.parse(`{${JSON.stringify(key)}: "local:${key}"}`),
      });
      await outcomeOf("FROM scratch AS a", {
        ...options,
        target: key,
        noCache: [key],
        disabledCaps: [key],
        rawOptions: { [key]: key },
      });
      await outcomeOf(`FROM alpine`, { ...options, images: JSON.parse(`{${JSON.stringify(key)}: {"config": {}}}`) });
    }
    const named = await compile("FROM constructor", {
      ...options,
      namedContexts: { constructor: "local:x" },
    });
    expect(named.graph.vertices[0]?.op).toMatchObject({ kind: "source", identifier: "local://x" });
    expect((await targets("FROM scratch AS constructor")).targets[0]?.name).toBe("constructor");
    expect((await outline("FROM scratch\nARG toString=1", options)).args?.[0]?.name).toBe("toString");
  });
});

describe("bytes that are no text", () => {
  const places = [
    "FROM %",
    "FROM alpine AS %",
    "FROM --platform=% alpine",
    "ARG %=1\nFROM alpine",
    "FROM alpine\nARG A=%",
    "FROM alpine\nENV %=1 A=%",
    "FROM alpine\nENV A %",
    "FROM alpine\nLABEL %=% a=%",
    "FROM alpine\nRUN %",
    'FROM alpine\nRUN ["%"]',
    "FROM alpine\nRUN <<E\n%\nE",
    "FROM alpine\nRUN <<%\nx\n%",
    "FROM alpine\nCOPY % /a%",
    "FROM alpine\nCOPY <<E /%\n%$%\nE",
    "FROM alpine\nADD https://h/% /",
    "FROM alpine\nADD https://github.com/%/r.git /",
    "FROM alpine\nCOPY --chown=% a b",
    "FROM alpine\nCOPY --chmod=% a b",
    "FROM alpine\nCOPY --from=% a b",
    "FROM alpine\nCOPY --exclude=% a b",
    "FROM alpine\nCOPY --%=1 a b",
    "FROM alpine\nRUN --mount=type=cache,target=/%,id=% x",
    "FROM alpine\nRUN --mount=type=secret,id=%,env=% x",
    "FROM alpine\nRUN --mount=%=% x",
    "FROM alpine\nWORKDIR /%\nRUN x",
    "FROM alpine\nUSER %\nRUN x",
    "FROM alpine\nEXPOSE %",
    "FROM alpine\nVOLUME %",
    'FROM alpine\nCMD ["%"]',
    "FROM alpine\nENTRYPOINT %",
    'FROM alpine\nSHELL ["%"]\nRUN x',
    "FROM alpine\nSTOPSIGNAL %",
    "FROM alpine\nMAINTAINER %",
    "FROM alpine\nHEALTHCHECK --interval=% CMD %",
    "FROM alpine\nHEALTHCHECK CMD %",
    "FROM alpine\nONBUILD RUN %\nFROM 0",
    "FROM alpine AS a\nONBUILD RUN %\nFROM a",
    "FROM alpine\n% x",
    "%",
    "# escape=%\nFROM alpine",
    "# syntax=%\nFROM alpine",
    "# check=%\nFROM alpine",
    "# check=skip=%\nFROM alpine",
    "# %\nFROM alpine\n# a %\nARG a",
    "FROM alpine # %",
    "FROM alpine\nENV A=${B:-%}${C#%}${A/%/%}",
    "FROM alpine\nENV A=% B=$A\nRUN $B",
  ];

  it.each(["\udc80", "\udcff", "é\udcc3", "\0", "a\0b", "\ufeff", "\ufffd", "\ud800"])(
    "stand anywhere: %j",
    async (odd) => {
      for (const place of places) {
        const source = place.replaceAll("%", odd);
        await outcomeOf(source, options);
        await outline(source, options).catch((error: unknown) => expect(error).toBeInstanceOf(DockerfileError));
        await targets(source).catch((error: unknown) => expect(error).toBeInstanceOf(DockerfileError));
        await parse(source);
      }
    },
  );

  it.each(["\udc80", "\ud800", "\0", "\n", "\r\n", "\u2028", ",", "=", '"'])("stand in any option: %j", async (odd) => {
    const source = "FROM alpine AS a\nARG A\nENV B=$A\nRUN $A\nCOPY . .\nFROM a";
    const sets: readonly CompileOptions[] = [
      { buildArgs: { A: odd } },
      { buildArgs: { [odd]: odd } },
      { buildArgs: { HTTP_PROXY: odd } },
      { buildArgs: { BUILDKIT_CACHE_MOUNT_NS: odd } },
      { buildArgs: { SOURCE_DATE_EPOCH: odd } },
      { buildArgs: { BUILDKIT_SYNTAX: odd } },
      { labels: { [odd]: odd } },
      { target: odd },
      { hostname: odd },
      { networkMode: odd },
      { cgroupParent: odd },
      { addHosts: [odd, `h=${odd}`] },
      { ulimits: [odd] },
      { noCache: [odd] },
      { sessionId: odd },
      { filename: odd },
      { context: odd },
      { check: odd },
      { dockerignore: odd },
      { dockerfileIgnore: odd },
      { targetPlatforms: [odd] },
      { buildPlatform: odd },
      { imageResolveMode: odd },
      { resources: { cpusetCpus: odd } },
      { namedContexts: { alpine: odd } },
      { namedContexts: { alpine: `local:${odd}` } },
      { namedContexts: { alpine: `docker-image://${odd}` } },
      { namedContexts: { [odd]: "local:x" } },
      { sharedKeys: { context: odd } },
      { localSessionIds: { context: odd } },
      { images: { [odd]: { error: odd } } },
      { disabledCaps: [odd] },
      { rawOptions: { [odd]: odd } },
      { progressGroupPrefix: odd },
      {
        images: {
          "docker.io/library/alpine:latest": {
            config: {
              os: odd,
              architecture: odd,
              config: { Env: [odd, `A=${odd}`], WorkingDir: odd, User: odd, OnBuild: [odd], Labels: { [odd]: odd } },
            },
          },
        },
      },
      { images: { "docker.io/library/alpine:latest": { config: {}, digest: odd } } },
      { images: { "docker.io/library/alpine:latest": { config: {}, ref: odd } } },
    ];
    for (const set of sets) await outcomeOf(source, { ...options, ...set });
  });
});

describe("next to nothing", () => {
  it.each([
    ["", "empty-file"],
    ["\n", "no-instructions"],
    ["\ufeff", "no-instructions"],
    [" \t\r\n\n", "no-instructions"],
    ["# only\n# comments", "no-instructions"],
    ["# escape=`", "no-instructions"],
    ["ARG A=1", "no-stage"],
    ["FROM", "argument-count"],
    ["\\", "unknown-instruction"],
    ["FROM scratch", 0],
  ])("%j", async (source, expected) => {
    expect(await sizeOrRule(source)).toBe(expected);
  });
});

describe("triggers of images", () => {
  const image = (...onBuild: readonly string[]) => ({
    config: { os: "linux", architecture: "amd64", config: { OnBuild: onBuild }, rootfs: { diff_ids: ["sha256:0"] } },
  });

  it.each(["COPY --from=a /x /y", "RUN --mount=from=a,target=/x y"])(
    "that need their own image have no end: %s",
    async (trigger) => {
      const images = { "docker.io/library/a:latest": image(trigger) };
      expect(await sizeOrRule("FROM a\n", { images })).toBe("endless-triggers");
      expect(await sizeOrRule("FROM scratch\nCOPY --from=a /x /y\n", { images })).toBe("endless-triggers");
    },
  );

  it("that need each other have none either", async () => {
    const images = {
      "docker.io/library/a:latest": image("COPY --from=b /x /y"),
      "docker.io/library/b:latest": image("COPY --from=a /x /y"),
    };
    expect(await sizeOrRule("FROM b\n", { images })).toBe("endless-triggers");
  });

  it("may need an image twice", async () => {
    const images = {
      "docker.io/library/a:latest": image("COPY --from=b /x /y", "COPY --from=b /x /z"),
      "docker.io/library/b:latest": image("RUN x"),
    };
    expect(await sizeOrRule("FROM a\n", { images })).toBe(5);
  });
});
