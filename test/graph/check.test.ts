import { describe, expect, it } from "vitest";
import { DockerfileError } from "../../src/diagnostic.ts";
import { Failure } from "../../src/failure.ts";
import { check } from "../../src/graph/check.ts";
import { checkJson, checkStatus } from "../../src/graph/check-shape.ts";
import { checkText } from "../../src/graph/check-text.ts";
import { compile } from "../../src/graph/compile.ts";
import type { CompileOptions, SourceResolver } from "../../src/graph/compile-options.ts";

const alpine = { config: { os: "linux", architecture: "amd64", config: {}, rootfs: { type: "layers" } } };
const options: CompileOptions = { images: { "docker.io/library/alpine:latest": alpine }, sessionId: "s" };

function resolverThat(fails: unknown): SourceResolver {
  return { image: () => Promise.reject(fails) };
}

describe("check", () => {
  it("reports what BuildKit reports, field by field, in the text of its JSON", async () => {
    const report = await check("FROM alpine\nENV <a> b\n", options);
    expect(checkStatus(report)).toBe(1);
    const json = checkJson(report);
    expect(JSON.parse(json)).toMatchObject({
      warnings: [
        {
          ruleName: "LegacyKeyValueFormat",
          description: "Legacy key/value format with whitespace separator should not be used",
          url: "https://docs.docker.com/go/dockerfile/rule/legacy-key-value-format/",
          detail: '"ENV key=value" should be used instead of legacy "ENV key value" format',
          location: { ranges: [{ start: { line: 2 }, end: { line: 2 } }] },
        },
      ],
      sources: [
        {
          filename: "Dockerfile",
          data: Buffer.from("FROM alpine\nENV <a> b\n").toString("base64"),
          definition: { metadata: expect.anything(), Source: { locations: expect.anything() } },
          language: "Dockerfile",
        },
      ],
    });
    expect(json.startsWith('{\n  "warnings": [\n    {\n      "ruleName": "LegacyKeyValueFormat",\n')).toBe(true);
  });

  it("tells how a worker loads the Dockerfile: every op has metadata and places", async () => {
    const [source] = (await check("FROM scratch\n", options)).sources;
    const metadata = Object.keys(source?.definition?.metadata ?? {});
    expect(source?.definition?.def).toHaveLength(2);
    expect(metadata).toHaveLength(2);
    expect(metadata).toEqual([...metadata].sort());
    expect(Object.values(source?.definition?.metadata ?? {})).toContainEqual({
      description: { "llb.customname": "[internal] load build definition from Dockerfile" },
      caps: {
        "source.local": true,
        "source.local.followpaths": true,
        "source.local.sessionid": true,
        "source.local.sharedkeyhint": true,
      },
    });
  });

  it("has null for no warnings in JSON, as Go writes an empty list that was never made", async () => {
    const report = await check("FROM alpine\n", options);
    expect(report.warnings).toEqual([]);
    expect(checkJson(report)).toContain('"warnings": null,');
    expect(checkStatus(report)).toBe(0);
    expect(checkText(report)).toBe("");
  });

  it("has no place in JSON for an error that BuildKit gives none, though the text shows where it is", async () => {
    for (const text of [
      "# check=bogus\nFROM alpine\n",
      "FROM alpine\nCOPY --from=7 a b\n",
      "FROM alpine AS a..b\n",
      "",
    ]) {
      const { buildError } = await check(text, options);
      expect(buildError?.location, text).toEqual({});
    }
  });

  it("refuses a check option that means nothing, as every malformed option", async () => {
    await expect(check("FROM alpine\n", { ...options, check: "bogus" })).rejects.toBeInstanceOf(DockerfileError);
  });

  it("finds what the triggers of an image do that only a mount names: on line 0, where no line is theirs", async () => {
    const config = { ...alpine.config, config: { OnBuild: ["USER $WHO"] } };
    const images = { ...options.images, "docker.io/library/tools:latest": { config } };
    const { warnings } = await check("FROM alpine\nRUN --mount=from=tools,target=/t x\n", { ...options, images });
    expect(warnings.map(({ ruleName, location }) => [ruleName, location])).toEqual([
      ["UndefinedVar", { ranges: [{ start: {}, end: {} }] }],
    ]);
  });

  it("covers all stages, or those that a target needs", async () => {
    const text = "FROM alpine AS a\nMAINTAINER x\nCMD a\nFROM alpine AS b\nCMD b\n";
    const rules = async (more: CompileOptions) =>
      (await check(text, { ...options, ...more })).warnings.map(({ ruleName }) => ruleName);
    expect(await rules({})).toEqual(["MaintainerDeprecated", "JSONArgsRecommended", "JSONArgsRecommended"]);
    expect(await rules({ target: "b" })).toEqual(["MaintainerDeprecated", "JSONArgsRecommended"]);
  });

  it("reports all the instructions of a circle", async () => {
    const text = "FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\nCOPY --from=a / /\n";
    const { buildError } = await check(text, options);
    expect(buildError?.location.ranges?.map((range) => range.start.line)).toEqual([2, 4]);
  });

  it("reports an image that cannot be resolved, and the warnings before", async () => {
    const failure = new Failure("image-unresolved", "the registry does not answer");
    const report = await check("FROM busybox AS Box\n", { resolver: resolverThat(failure) });
    expect(report.warnings.map(({ ruleName }) => ruleName)).toEqual(["StageNameCasing"]);
    expect(report.buildError?.message).toContain("the registry does not answer");
    expect(checkStatus(report)).toBe(1);
  });

  it("passes on that it was cancelled, and what is a bug", async () => {
    const bug = new Error("a bug in the resolver");
    await expect(check("FROM busybox\n", { resolver: resolverThat(bug) })).rejects.toBe(bug);
    const signal = AbortSignal.abort(new Failure("cancelled", "stopped"));
    await expect(check("FROM busybox\n", { ...options, signal })).rejects.toMatchObject({ code: "cancelled" });
  });

  it("tells of a platform what BuildKit tells, what to write, and points at the flag", async () => {
    const source = "ARG MY_ARCH=amd64\nFROM --platform=linux/${MYARCH} alpine\n";
    const error: unknown = await compile(source, options).catch((reason: unknown) => reason);
    if (!(error instanceof DockerfileError)) throw error;
    // As its frontend's own tests want it.
    const theirs =
      'failed to parse platform linux/${MYARCH}: "" is an invalid component of "linux/": platform specifier component ' +
      'must match "^[A-Za-z0-9_.-]+$": invalid argument (did you mean MY_ARCH?)';
    expect(error.message).toBe(`${theirs}; write os/architecture or os/architecture/variant, such as linux/arm64/v8`);
    const [start, end] = ["--platform", " alpine"].map((text) => source.split("\n")[1]?.indexOf(text));
    expect(error.diagnostics[0]?.ranges).toEqual([
      { start: { line: 2, character: start }, end: { line: 2, character: end } },
    ]);
  });

  it("refuses options that are malformed, which no Dockerfile can mend", async () => {
    await expect(check("FROM alpine\n", { ...options, networkMode: "bridge" })).rejects.toBeInstanceOf(DockerfileError);
  });
});

describe("the text of a report", () => {
  it("goes by line, and shows as many lines around as BuildKit does", async () => {
    const text = "FROM alpine AS B\nRUN a\nRUN b\nRUN c\nRUN d\nRUN e\n\nCMD f\nWORKDIR g\n";
    const report = await check(text, options);
    expect(report.warnings.map(({ ruleName }) => ruleName)).toEqual([
      "StageNameCasing",
      "JSONArgsRecommended",
      "WorkdirRelativePath",
    ]);
    expect(checkText(report)).toContain(
      [
        "Dockerfile:8",
        "--------------------",
        "   6 |     RUN e",
        "   7 |     ",
        "   8 | >>> CMD f",
        "   9 |     WORKDIR g",
        "  10 |     ",
        "--------------------",
      ].join("\n"),
    );
  });
});
