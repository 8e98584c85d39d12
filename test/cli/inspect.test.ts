import { describe, expect, it } from "vitest";
import { check } from "../../src/graph/check.ts";
import { checkJson } from "../../src/graph/check-shape.ts";
import { outline } from "../../src/graph/outline.ts";
import { outlineJson, outlineText } from "../../src/graph/outline-shape.ts";
import { targets, targetsJson, targetsText } from "../../src/graph/targets.ts";
import { folderWith, images, imagesFile, llbc } from "./rig.ts";

const clean = { Dockerfile: "FROM alpine AS base\nFROM base\nRUN make\n", "images.json": imagesFile };
const known = ["--images", "images.json"];
const dirty = "FROM alpine AS Base\nCOPY $SORUCE /\nCMD echo hello\n";

describe("llbc check", () => {
  it("says so when there is nothing to say, and ends with 0", async () => {
    expect(await llbc(folderWith(clean), ["check", ...known])).toEqual({
      code: 0,
      out: "Check complete, no warnings found.\n",
      outBytes: Buffer.from("Check complete, no warnings found.\n"),
      err: "",
    });
  });

  it("counts the warnings, shows each with a caret by line, and ends with 1", async () => {
    const ran = await llbc(folderWith({ ...clean, Dockerfile: dirty }), ["check", ...known]);
    expect(ran).toMatchObject({ code: 1, err: "" });
    expect(ran.out).toMatch(/^Check complete, 3 warnings have been found!\n\nwarning: /);
    expect([...ran.out.matchAll(/\[(\w+)\]\nDockerfile:(\d+)/g)].map(([, rule, line]) => `${line} ${rule}`)).toEqual([
      "1 StageNameCasing",
      "2 UndefinedVar",
      "3 JSONArgsRecommended",
    ]);
    expect(ran.out).toContain("   2 | COPY $SORUCE /\n     |      ^^^^^^^\n");
  });

  it("is BuildKit's JSON on demand, with the same exit code, which --ignore-status makes 0", async () => {
    const cwd = folderWith({ ...clean, Dockerfile: dirty });
    const ran = await llbc(cwd, ["check", ...known, "--format", "json"]);
    const report = JSON.parse(ran.out);
    expect(report).toMatchObject(JSON.parse(checkJson(await check(dirty, { images }))));
    expect(ran.code).toBe(1);
    expect(await llbc(cwd, ["check", ...known, "--format", "json", "--ignore-status"])).toMatchObject({
      code: 0,
      out: ran.out,
    });
  });

  it("takes check options in place of the directive", async () => {
    const cwd = folderWith({ ...clean, Dockerfile: dirty });
    const skip = "skip=StageNameCasing,JSONArgsRecommended";
    const ran = await llbc(cwd, ["check", ...known, "--check", skip]);
    expect(ran.out).toMatch(/^Check complete, 1 warning has been found!/);
    expect(await llbc(cwd, ["check", ...known, "--check", "skip=all"])).toMatchObject({ code: 0 });
    expect(await llbc(cwd, ["check", ...known, "--check", "skip"])).toMatchObject({ code: 1 });
  });

  it("shows every error of an invalid Dockerfile before the warnings", async () => {
    const cwd = folderWith({ ...clean, Dockerfile: "FROM alpine AS Base\nRUNN a\nCOPPY b c\n" });
    const ran = await llbc(cwd, ["check", ...known]);
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^Check complete, 2 errors and 1 warning have been found!\n\nerror: .*RUNN/);
    expect(ran.out.indexOf("COPPY")).toBeLessThan(ran.out.indexOf("StageNameCasing"));
  });

  it("tells an image that is not known as an error in its line, with the ways to answer for it", async () => {
    const cwd = folderWith({ ...clean, Dockerfile: "FROM gone\n" });
    const ran = await llbc(cwd, ["check", ...known]);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain("Dockerfile:1\n");
    expect(ran.err).toMatch(/^help: .*--images/);
  });

  it("looks at the stages of the target alone", async () => {
    const cwd = folderWith({ ...clean, Dockerfile: "FROM alpine AS a\nCOPY $NO /\nFROM scratch AS b\n" });
    expect((await llbc(cwd, ["check", ...known])).out).toContain("UndefinedVar");
    expect(await llbc(cwd, ["check", ...known, "--target", "b"])).toMatchObject({ code: 0 });
  });

  it("colours a terminal, unless NO_COLOR is set", async () => {
    const cwd = folderWith({ ...clean, Dockerfile: dirty });
    expect((await llbc(cwd, ["check", ...known], { isTTY: true })).out).toContain("\u001b[");
    expect((await llbc(cwd, ["check", ...known], { isTTY: true, env: { NO_COLOR: "1" } })).out).not.toContain(
      "\u001b[",
    );
  });
});

const described = `# the version to fetch
ARG VERSION=1
FROM alpine AS base
ARG VERSION
RUN --mount=type=secret,id=token,required=true --mount=type=ssh fetch $VERSION
# tests what was fetched
FROM base AS test
`;

describe("llbc outline", () => {
  it("prints what docker build --call=outline does, for the target with its arguments", async () => {
    const cwd = folderWith({ ...clean, Dockerfile: described });
    const answer = await outline(described, { images, target: "base", buildArgs: { VERSION: "2" } });
    const args = ["outline", ...known, "--target", "base", "--build-arg", "VERSION=2"];
    expect(await llbc(cwd, args)).toMatchObject({ code: 0, out: outlineText(answer), err: "" });
    expect(await llbc(cwd, [...args, "--format", "json"])).toMatchObject({ code: 0, out: `${outlineJson(answer)}\n` });
    expect(answer.args?.[0]).toMatchObject({ name: "VERSION", value: "2" });
  });

  it("says so where there is nothing to give", async () => {
    const ran = await llbc(folderWith({ Dockerfile: "FROM scratch\n" }), ["outline"]);
    expect(ran).toMatchObject({ code: 0, out: "There is nothing to give it: no arguments, secrets or SSH agents.\n" });
  });

  it("suggests the stage that may have been meant", async () => {
    const ran = await llbc(folderWith({ ...clean, Dockerfile: described }), ["outline", ...known, "--target", "tset"]);
    expect(ran).toMatchObject({ code: 1, out: "" });
    expect(ran.err).toContain("test");
  });
});

describe("llbc targets", () => {
  it("prints what docker build --call=targets does, and asks for no image", async () => {
    const text = described.replace("alpine", "nowhere.example/x");
    const cwd = folderWith({ "docker/app.Dockerfile": text });
    const list = await targets(text);
    const args = ["targets", "-f", "docker/app.Dockerfile"];
    expect(await llbc(cwd, args)).toMatchObject({ code: 0, out: targetsText(list), err: "" });
    expect(await llbc(cwd, [...args, "--format", "json"])).toMatchObject({ code: 0, out: `${targetsJson(list)}\n` });
    expect(list.targets).toMatchObject([{ name: "base" }, { name: "test", default: true }]);
  });

  it("reads standard input", async () => {
    const ran = await llbc(folderWith({}), ["targets", "-f", "-"], { stdin: described });
    expect(ran).toMatchObject({ code: 0, out: targetsText(await targets(described)) });
  });

  it("shows what is wrong with an invalid Dockerfile", async () => {
    const ran = await llbc(folderWith({ Dockerfile: "FROM a\nRUNN b\n" }), ["targets"]);
    expect(ran).toMatchObject({ code: 1, out: "" });
    expect(ran.err).toContain("   2 | RUNN b\n     | ^^^^\n");
  });
});
