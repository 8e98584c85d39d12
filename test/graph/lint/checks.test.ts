import { describe, expect, it } from "vitest";
import { EnvList } from "../../../src/graph/env-list.ts";
import {
  checkIgnoredSource,
  reportPort,
  reportRelativeWorkdir,
  reportRepeated,
  reportShellForm,
} from "../../../src/graph/lint/instruction-checks.ts";
import { Linter } from "../../../src/graph/lint/linter.ts";
import {
  reportBasePlatformMismatch,
  reportConstantPlatform,
  reportRedundantTargetPlatform,
} from "../../../src/graph/lint/platform-checks.ts";
import {
  checkSecretKey,
  reportUndeclaredFromArguments,
  reportUndefinedVariables,
} from "../../../src/graph/lint/variable-checks.ts";
import { compilePatterns } from "../../../src/pattern-matcher.ts";

function messages(check: (linter: Linter) => void): readonly string[] {
  const linter = new Linter({ filename: "Dockerfile" });
  check(linter);
  return linter.warnings.map((warning) => warning.message);
}

describe("variables", () => {
  const env = EnvList.of([
    ["PATH", "/bin"],
    ["SOURCE", "x"],
  ]);
  const undefinedVariables = (unmatched: string[], declared: string[] = []) =>
    messages((linter) =>
      reportUndefinedVariables(
        linter,
        [1],
        new Set(unmatched),
        declared.map((key) => ({ key })),
        env,
      ),
    );

  it("that nothing defines are reported with what was probably meant", () => {
    expect(undefinedVariables(["SORUCE", "B"])).toEqual([
      "Usage of undefined variable '$SORUCE' (did you mean $SOURCE?)",
      "Usage of undefined variable '$B'",
    ]);
  });

  it("are fine when an ARG without a value declares them, or BuildKit itself does", () => {
    expect(undefinedVariables(["EMPTY"], ["EMPTY"])).toEqual([]);
    expect(undefinedVariables(["BUILDKIT_SBOM_SCAN_STAGE"])).toEqual([]);
  });

  it("of FROM must be global arguments", () => {
    const declared = new Set(["TAG", "TARGETARCH"]);
    expect(messages((l) => reportUndeclaredFromArguments(l, [1], ["TGA", "TAG", "Z"], declared))).toEqual([
      "FROM argument 'TGA' is not declared (did you mean TAG?)",
      "FROM argument 'Z' is not declared",
    ]);
  });

  it.each(["API_KEY", "token", "AUTH", "db_PASSWORD", "SECRET_OF_X", "MY_CREDENTIALS"])(
    "named %s look like secrets",
    (key) => {
      expect(messages((l) => checkSecretKey(l, [1], "ENV", key))).toEqual([
        `Do not use ARG or ENV instructions for sensitive data (ENV "${key}")`,
      ]);
    },
  );

  it.each(["KEYBOARD", "API_KEY_FILE", "PUBLIC_KEY", "TOKEN_VERSION", "AUTHOR", "MONKEY"])("named %s do not", (key) => {
    expect(messages((l) => checkSecretKey(l, [1], "ARG", key))).toEqual([]);
  });
});

describe("platforms", () => {
  const expanded = (result: string, matched: string[] = [], unmatched: string[] = []) => ({
    result,
    matched: new Set(matched),
    unmatched: new Set(unmatched),
  });

  it("of FROM need not be the target platform in words", () => {
    const redundant = (...args: Parameters<typeof expanded>) =>
      messages((l) => reportRedundantTargetPlatform(l, [1], "$TARGETPLATFORM", expanded(...args), "linux/arm64"));
    expect(redundant("linux/arm64", ["TARGETPLATFORM"])).toHaveLength(1);
    expect(redundant("linux/arm64/v8", ["TARGETPLATFORM"])).toEqual([]);
    expect(redundant("linux/arm64", ["TARGETPLATFORM", "X"])).toEqual([]);
    expect(redundant("linux/arm64", ["TARGETPLATFORM"], ["X"])).toEqual([]);
    expect(redundant("linux/arm64", ["X"])).toEqual([]);
  });

  it("of FROM should not be fixed, unless the stage name says so", () => {
    const linux = { os: "linux", architecture: "amd64" };
    const constant = (name: string, matched: string[] = []) =>
      messages((l) => reportConstantPlatform(l, [1], name, expanded("linux/amd64", matched), linux));
    expect(constant("build")).toEqual(['FROM --platform flag should not use constant value "linux/amd64"']);
    expect(constant("build-amd64")).toEqual([]);
    expect(constant("build", ["BUILDPLATFORM"])).toEqual([]);
    expect(messages((l) => reportConstantPlatform(l, [1], "build", expanded("nonsense"), undefined))).toEqual([]);
  });

  it("of an image are compared without variants, and written in the usual form", () => {
    const mismatch = (os: string, architecture: string, variant?: string) =>
      messages((l) =>
        reportBasePlatformMismatch(
          l,
          [1],
          "acme/x",
          { os: "linux", architecture: "arm64" },
          { os, architecture, ...(variant === undefined ? {} : { variant }) },
        ),
      );
    expect(mismatch("linux", "arm64", "v9")).toEqual([]);
    expect(mismatch("windows", "amd64")).toEqual([
      'Base image acme/x was pulled with platform "windows/amd64", expected "linux/arm64" for current build',
    ]);
    expect(mismatch("linux", "arm", "v7")[0]).toContain('"linux/arm/v7"');
  });
});

describe("instructions", () => {
  it("that a later one of the kind overrules are reported by the later one's name", () => {
    expect(messages((l) => reportRepeated(l, "cmd", [2]))).toEqual([
      "Multiple cmd instructions should not be used in the same stage because only the last one will be used",
    ]);
    expect(messages((l) => reportRepeated(l, "CMD", undefined))).toEqual([]);
  });

  it("in shell form are fine when the image has a shell of its own", () => {
    expect(messages((l) => reportShellForm(l, [1], "CMD", true, undefined))).toHaveLength(1);
    expect(messages((l) => reportShellForm(l, [1], "CMD", true, ["bash", "-c"]))).toEqual([]);
    expect(messages((l) => reportShellForm(l, [1], "CMD", false, undefined))).toEqual([]);
  });

  it("should set an absolute folder first", () => {
    expect(messages((l) => reportRelativeWorkdir(l, [1], "app", false, false))).toEqual([
      'Relative workdir "app" can have unexpected results if the base image changes',
    ]);
    expect(messages((l) => reportRelativeWorkdir(l, [1], "app", false, true))).toEqual([]);
    expect(messages((l) => reportRelativeWorkdir(l, [1], "/app", true, false))).toEqual([]);
  });

  it("should expose plain ports with plain protocols", () => {
    const port = (text: string, ip: string, hostPort: string, protocol: string) =>
      messages((l) => reportPort(l, [1], text, { ip, hostPort, protocol }));
    expect(port("80/TCP", "", "", "TCP")).toEqual([
      "Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
    ]);
    expect(port("127.0.0.1:80:80", "127.0.0.1", "80", "tcp")).toEqual([
      "EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:80'",
    ]);
    expect(port("80/udp", "", "", "udp")).toEqual([]);
  });
});

describe("sources that the ignore file keeps out", () => {
  const ignored = (source: string, ...patterns: string[]) =>
    messages((l) => checkIgnoredSource(l, [1], "Copy", source, compilePatterns(patterns)));

  it("are reported by their clean path, within ignored folders too", () => {
    expect(ignored("./tmp//deep/file", "tmp")).toEqual([
      'Attempting to Copy file "tmp/deep/file" that is excluded by .dockerignore',
    ]);
    expect(ignored("src", "tmp")).toEqual([]);
  });

  it("are not guessed at when the file has exceptions", () => {
    expect(ignored("tmp", "tmp", "!tmp/keep")).toEqual([]);
  });

  it("are the whole context only where a pattern names everything", () => {
    expect(ignored(".", "*")).toHaveLength(1);
    expect(ignored(".", "**")).toHaveLength(1);
    expect(ignored(".", ".*")).toEqual([]);
    expect(ignored("/", "?")).toEqual([]);
  });

  it("are nobody's business without an ignore file", () => {
    expect(messages((l) => checkIgnoredSource(l, [1], "Add", "x", undefined))).toEqual([]);
  });
});
