import { describe, expect, test } from "vitest";
import { findNamedContext, findStageContext, loadNamedContext } from "../../../src/graph/context/named-context.ts";
import { InvalidDockerfile } from "../../../src/graph/invalid-dockerfile.ts";
import { marshal } from "../../../src/llb/marshal.ts";
import { unmarshal } from "../../../src/llb/unmarshal.ts";
import { contextRig, type Rig, type RigOptions, signal, sourceOf, titleOf } from "./context-rig.ts";

const arm = { os: "linux", architecture: "arm64" };
const use = { resolveMode: "default", followPaths: () => undefined, signal };

async function load(name: string, value: string, given: RigOptions = {}) {
  const rig = contextRig({ ...given, options: { ...given.options, [`context:${name}`]: value } });
  const found = findNamedContext(rig, name, undefined);
  if (found === undefined) throw new Error("not found");
  return { rig, ...(await loadNamedContext(rig, found, use)) };
}

async function failure(promise: Promise<unknown>): Promise<InvalidDockerfile> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InvalidDockerfile)) throw new Error(`no InvalidDockerfile but ${String(error)}`);
  return error;
}

describe("looking a name up", () => {
  const find = (rig: Rig, name: string) => findNamedContext(rig, name, arm)?.key;

  test("the key is the short name without latest", () => {
    const rig = contextRig({
      options: { "context:alpine": "x:", "context:alpine:3.20": "y:", "context:acme/a": "z:" },
    });
    expect(find(rig, "docker.io/library/alpine:latest")).toBe("alpine");
    expect(find(rig, "alpine:3.20")).toBe("alpine:3.20");
    expect(find(rig, "docker.io/acme/a")).toBe("acme/a");
    expect(find(rig, "ghcr.io/acme/a")).toBeUndefined();
  });

  test("a key with the platform wins, and only for that platform", () => {
    const rig = contextRig({ options: { "context:a": "x:", "context:a::linux/arm64": "y:" } });
    expect(findNamedContext(rig, "a", arm)?.value).toBe("y:");
    expect(findNamedContext(rig, "a", undefined)?.value).toBe("x:");
  });

  test("scratch and context cannot be replaced where stages are looked up", () => {
    const rig = contextRig({ options: { "context:scratch": "x:", "context:context": "x:" } });
    expect(findStageContext(rig, "Scratch", undefined, arm)).toBeUndefined();
    expect(findStageContext(rig, "context", undefined, arm)).toBeUndefined();
    expect(findNamedContext(rig, "context", undefined)?.key).toBe("context");
  });

  test("a name that is no image name is an error without a place", () => {
    expect(() => findNamedContext(contextRig(), "a..b", arm)).toThrow(InvalidDockerfile);
    try {
      findNamedContext(contextRig(), "Upper", arm);
    } catch (error) {
      expect(error).toMatchObject({ lines: [] });
    }
  });
});

describe("docker-image", () => {
  test("the resolved reference is used, without a digest of its own", async () => {
    const { root, image, rig } = await load("base", "docker-image://busybox", {
      image: ({ ref }) => ({ kind: "image", ref, digest: "sha256:1", config: { os: "linux" } }),
    });
    expect(sourceOf(root)).toMatchObject({ identifier: "docker-image://docker.io/library/busybox:latest" });
    expect(titleOf(sourceOf(root))).toBe("[context base] busybox");
    expect(image).toEqual({ config: { os: "linux" }, digest: "sha256:1" });
    expect(rig.lookups).toMatchObject([
      { ref: "docker.io/library/busybox:latest", logName: "[context base] load metadata for busybox" },
    ]);
  });

  test("scratch is nothing at all", async () => {
    expect(await load("base", "docker-image://scratch")).toMatchObject({ root: undefined, image: undefined });
  });

  test("a source policy may put another source in its place", async () => {
    const { root } = await load("base", "docker-image://busybox", {
      image: () => ({ kind: "replaced", identifier: "https://example.com/a.tar" }),
    });
    expect(sourceOf(root).identifier).toBe("https://example.com/a.tar");
  });

  test("policies that replace an image by itself come to an end", async () => {
    const image = () => ({ kind: "replaced", identifier: "docker-image://busybox" }) as const;
    expect((await failure(load("base", "docker-image://busybox", { image }))).message).toContain("without end");
  });
});

describe("oci-layout", () => {
  const digest = `sha256:${"7".repeat(64)}`;

  test("the name of the context and the digest of the value make the reference", async () => {
    const { root, rig } = await load("base:1", `oci-layout://store/x:v1@${digest}`);
    const source = sourceOf(root);
    expect(source.identifier).toBe(`oci-layout://docker.io/library/base:1@${digest}`);
    expect(source.attrs).toEqual(
      new Map([
        ["oci.session", "session-1"],
        ["oci.store", "store/x"],
      ]),
    );
    expect(rig.lookups).toMatchObject([
      { ociLayout: { sessionId: "session-1", storeId: "store/x" }, resolveMode: undefined },
    ]);
  });

  test("without a digest it is an error of the FROM that asks", async () => {
    expect(await failure(load("base", "oci-layout://store:v1"))).toMatchObject({ lines: undefined });
  });
});

describe("git and web addresses", () => {
  test.each([
    ["https://git.example.com/team/lib.git#v2:sub", "git://git.example.com/team/lib.git#v2:sub"],
    ["git@git.example.com:team/lib.git#v2", "git://git.example.com/team/lib.git#v2"],
    ["git://git.example.com/team/lib.git", "git://git.example.com/team/lib.git"],
    ["https://files.example.com/x.tar.gz", "https://files.example.com/x.tar.gz"],
  ])("%s", async (value, identifier) => {
    expect(sourceOf((await load("lib", value)).root).identifier).toBe(identifier);
  });

  test("a download is called context", async () => {
    const source = sourceOf((await load("lib", "https://files.example.com/x.tar.gz")).root);
    expect(source.attrs?.get("http.filename")).toBe("context");
    expect(titleOf(source)).toBe("[context lib] https://files.example.com/x.tar.gz");
  });

  test("what git cannot mean is an error", async () => {
    expect((await failure(load("lib", "https://e.com/a.git?x=1"))).message).toContain("https://e.com/a.git?x=1");
    expect((await failure(load("lib", "git:nothing"))).message).toContain("git:nothing");
  });
});

describe("local", () => {
  test("the folder's ignore file is loaded and honoured; paths are settled when they are known", async () => {
    const rig = contextRig({
      options: {
        "context:assets": "local:folder-7",
        "sharedkey:localdir:assets": "key",
        "local-sessionid:folder-7": "session-7",
      },
      ignoreFiles: { "folder-7": "*.psd\n/tmp\n!keep.psd\n" },
    });
    const found = findNamedContext(rig, "assets", undefined);
    if (found === undefined) throw new Error("not found");
    let asked = 0;
    const followPaths = () => {
      asked++;
      return ["a", "b"];
    };
    const { root } = await loadNamedContext(rig, found, { ...use, followPaths });
    expect(asked).toBe(0);
    expect(sourceOf(root)).toBe(sourceOf(root));
    expect(asked).toBe(1);
    expect(sourceOf(root)).toMatchObject({ identifier: "local://folder-7" });
    expect(sourceOf(root).attrs).toEqual(
      new Map([
        ["local.session", "session-7"],
        ["local.followpaths", '["a","b"]'],
        ["local.excludepatterns", '["*.psd","tmp","!keep.psd"]'],
        ["local.sharedkeyhint", "context:assets-key"],
      ]),
    );
    const [op] = unmarshal(rig.loaded[0] ?? new Uint8Array()).ops;
    expect(op).toMatchObject({ kind: "source", identifier: "local://folder-7" });
    if (op?.kind === "source") {
      expect(new Map(op.attrs)).toEqual(
        new Map([
          ["local.session", "session-7"],
          ["local.followpaths", '[".dockerignore"]'],
          ["local.sharedkeyhint", "context:assets-.dockerignore"],
          ["local.differ", "none"],
        ]),
      );
    }
  });
});

describe("input", () => {
  test("a definition with an image config from its metadata", async () => {
    const source = { kind: "source", identifier: "https://example.com/x" } as const;
    const { definition } = marshal({ vertex: source, output: 0 }, { platform: arm });
    const config = Buffer.from('{"os":"linux"}').toString("base64");
    const { root, image } = await load("base", "input:other", {
      options: { "input-metadata:other": JSON.stringify({ "containerimage.config": config }) },
      inputs: new Map([["other", definition.bytes]]),
    });
    expect(marshal(root, { platform: arm }).definition.digests).toEqual(definition.digests);
    expect(image).toEqual({ config: Buffer.from('{"os":"linux"}'), digest: "" });
  });

  test("an input that is not there, and metadata that is no JSON", async () => {
    expect((await failure(load("base", "input:other"))).message).toContain('"other"');
    const inputs = new Map([["other", new Uint8Array()]]);
    const options = { "input-metadata:other": "{" };
    expect((await failure(load("base", "input:other", { inputs, options }))).message).toContain("metadata");
  });
});

test.each(["folder", "s3://x", "::"])("%s has no known scheme", async (value) => {
  expect(await failure(load("base", value))).toMatchObject({ lines: undefined });
});
