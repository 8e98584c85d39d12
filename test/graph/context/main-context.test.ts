import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { dockerfileDefinition, dockerfileSourceMap } from "../../../src/graph/context/dockerfile-source.ts";
import { followPathsOf } from "../../../src/graph/context/follow-paths.ts";
import { loadMainContext, localContext } from "../../../src/graph/context/main-context.ts";
import { marshal } from "../../../src/llb/marshal.ts";
import type { SourceOp } from "../../../src/llb/op.ts";
import { unmarshal } from "../../../src/llb/unmarshal.ts";
import { contextRig, type RigOptions, signal, sourceOf, titleOf } from "./context-rig.ts";

async function load(options: Readonly<Record<string, string>>, given: RigOptions = {}) {
  const rig = contextRig({ ...given, options });
  const context = await loadMainContext(rig, signal);
  return { rig, context, dockerfile: sourceOfDefinition(dockerfileDefinition(rig, context).bytes) };
}

function sourceOfDefinition(bytes: Uint8Array): SourceOp {
  const source = unmarshal(bytes).ops.find((op) => op.kind === "source");
  if (source?.kind !== "source") throw new Error("no source");
  return source;
}

describe("a local folder", () => {
  test("the Dockerfile comes from a source of its own, with the names that may be read", async () => {
    const { context, dockerfile, rig } = await load({ filename: "sub/Dockerfile" });
    expect(context).toMatchObject({ root: undefined, dockerfile: undefined, filename: "sub/Dockerfile" });
    expect(dockerfile.identifier).toBe("local://dockerfile");
    expect(new Map(dockerfile.attrs)).toEqual(
      new Map([
        ["local.session", "session-1"],
        ["local.followpaths", '["sub/Dockerfile","sub/Dockerfile.dockerignore","sub/dockerfile"]'],
        ["local.sharedkeyhint", "dockerfile"],
        ["local.differ", "none"],
      ]),
    );
    const definition = dockerfileDefinition(rig, context);
    expect(dockerfileSourceMap(context, Buffer.from("FROM a"), definition)).toMatchObject({
      filename: "sub/Dockerfile",
      language: "Dockerfile",
      definition,
    });
  });

  test("another name has no lower-case form; key and session can be chosen", async () => {
    const { dockerfile } = await load({
      filename: "my.Dockerfile",
      dockerfilekey: "_dockerfile",
      "local-sessionid:_dockerfile": "session-2",
    });
    expect(dockerfile.identifier).toBe("local://_dockerfile");
    expect(dockerfile.attrs.get("local.session")).toBe("session-2");
    expect(dockerfile.attrs.get("local.followpaths")).toBe('["my.Dockerfile","my.Dockerfile.dockerignore"]');
  });

  test("its source has the patterns, the paths and its session", () => {
    const rig = contextRig({ options: { "local-sessionid:context": "session-2" } });
    const source = localContext(rig, ["*.md", "a<b"], ["x"]);
    expect(titleOf(source)).toBe("[internal] load build context");
    expect(source.attrs).toEqual(
      new Map([
        ["local.session", "session-2"],
        ["local.followpaths", '["x"]'],
        ["local.excludepatterns", '["*.md","a\\u003cb"]'],
        ["local.sharedkeyhint", "context"],
      ]),
    );
    expect(localContext(rig, [], undefined).attrs?.size).toBe(2);
  });
});

describe("a git repository", () => {
  test("context and Dockerfile are one source", async () => {
    const { context, dockerfile } = await load({ context: "https://git.example.com/team/app.git#main" });
    expect(context.root).toBe(context.dockerfile);
    expect(dockerfile.identifier).toBe("git://git.example.com/team/app.git#main");
  });

  test("options keep .git and give files the commit's time", async () => {
    const address = "https://git.example.com/team/app.git";
    const { context } = await load({
      context: address,
      "build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR": "1",
      "build-arg:SOURCE_DATE_EPOCH": "context",
    });
    expect(sourceOf(context.root).attrs?.get("git.keepgitdir")).toBe("true");
    expect(sourceOf(context.root).attrs?.get("git.mtime")).toBe("commit");
    const other = await load({ context: `${address}?mtime=checkout`, "build-arg:SOURCE_DATE_EPOCH": "0" });
    expect(sourceOf(other.context.root).attrs?.get("git.mtime")).toBe("checkout");
  });

  test("a folder of it is copied out of it, but not for the Dockerfile", async () => {
    const { context, dockerfile } = await load({ context: "github.com/acme/app", contextsubdir: "svc" });
    expect(context.root?.vertex).toMatchObject({
      kind: "file",
      actions: [{ kind: "copy", src: "svc", dest: "/", dirCopyContents: true }],
    });
    expect(dockerfile.identifier).toBe("git://github.com/acme/app");
  });

  test("another option may name it", async () => {
    const { context } = await load({ contextkey: "other", other: "github.com/acme/app" });
    expect(sourceOf(context.root).identifier).toBe("git://github.com/acme/app");
  });
});

describe("a web address", () => {
  const context = "https://files.example.com/app";

  test("an archive is unpacked, and holds the Dockerfile", async () => {
    const { context: main, rig } = await load({ context, filename: "d" }, { download: gzipSync("x") });
    expect(main.filename).toBe("d");
    expect(main.root).toBe(main.dockerfile);
    expect(main.root?.vertex).toMatchObject({ actions: [{ kind: "copy", src: "/context", attemptUnpack: true }] });
    expect(sourceOfDefinition(rig.loaded[0] ?? new Uint8Array()).identifier).toBe(context);
  });

  test("anything else is the Dockerfile itself", async () => {
    const { context: main } = await load({ context, filename: "d" }, { download: Buffer.from("FROM scratch\n") });
    expect(main.filename).toBe("context");
    expect(sourceOf(main.root).identifier).toBe(context);
  });

  test("the Dockerfile may stay with the client", async () => {
    const { dockerfile } = await load({ context, dockerfilekey: "dockerfile" }, { download: gzipSync("x") });
    expect(dockerfile.identifier).toBe("local://dockerfile");
  });
});

test("inputs stand for context and Dockerfile", async () => {
  const input = (identifier: string) =>
    marshal({ vertex: { kind: "source", identifier }, output: 0 }, { platform: { os: "linux", architecture: "amd64" } })
      .definition.bytes;
  const inputs = new Map([
    ["context", input("https://a.example/c")],
    ["dockerfile", input("https://a.example/d")],
  ]);
  const { context, dockerfile } = await load({}, { inputs });
  expect(context.root?.vertex.kind).toBe("marshalled");
  expect(dockerfile.identifier).toBe("https://a.example/d");
  expect((await load({ dockerfilekey: "dockerfile" }, { inputs })).dockerfile.identifier).toBe("local://dockerfile");
});

test("paths are sorted by bytes; the root, or nothing, asks for all", () => {
  expect(followPathsOf(["/b", "/a/c", "/\u{1f600}", "/\uffff"])).toEqual(["a/c", "b", "\uffff", "\u{1f600}"]);
  expect(followPathsOf(["/b", "/"])).toBeUndefined();
  expect(followPathsOf([])).toBeUndefined();
});
