import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findInputs } from "../../src/solver/build-inputs.ts";

let folder = "";

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "llbc-")));
  write("app/Dockerfile", "FROM scratch\n");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a context folder", () => {
  test("has its Dockerfile in it", async () => {
    const { sources, frontendOptions } = await findInputs(join(folder, "app"), {});
    expect(Object.fromEntries(sources)).toEqual({ context: here("app"), dockerfile: here("app") });
    expect(Object.fromEntries(frontendOptions)).toEqual({ filename: "Dockerfile" });
  });

  test("may have it in lower case, or somewhere else", async () => {
    write("lower/dockerfile", "FROM scratch\n");
    expect((await findInputs(join(folder, "lower"), {})).frontendOptions.get("filename")).toBe("dockerfile");

    write("docker/prod.Dockerfile", "FROM scratch\n");
    const dockerfile = relative(process.cwd(), join(folder, "docker/prod.Dockerfile"));
    const { sources, frontendOptions } = await findInputs(join(folder, "app"), { dockerfile });
    expect(sources.get("dockerfile")).toEqual(here("docker"));
    expect(frontendOptions.get("filename")).toBe("prod.Dockerfile");
  });

  test("is the same by whatever path: the worker keeps one copy of it", async () => {
    symlinkSync(join(folder, "app"), join(folder, "link"));
    const [direct, linked, other] = await Promise.all([
      findInputs(join(folder, "app"), {}),
      findInputs(join(folder, "link"), {}),
      findInputs({ source: "FROM scratch", context: folder }, {}),
    ]);
    expect(linked.sharedKey).toBe(direct.sharedKey);
    expect(other.sharedKey).not.toBe(direct.sharedKey);
    // It goes over a header, and to the worker's administrator: a digest that tells nothing.
    expect(direct.sharedKey).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a Dockerfile given as text", () => {
  test("is served from memory, and nothing else where there is no context", async () => {
    const { sources, frontendOptions } = await findInputs({ source: "FROM scratch\n", filename: "x.Dockerfile" }, {});
    expect(sources.get("dockerfile")).toEqual({
      kind: "memory",
      files: new Map([["x.Dockerfile", Buffer.from("FROM scratch\n")]]),
    });
    expect(sources.get("context")).toEqual({ kind: "memory", files: new Map() });
    expect(frontendOptions.get("filename")).toBe("x.Dockerfile");
  });

  test("wins over the Dockerfile of a remote context", async () => {
    const { sources, frontendOptions } = await findInputs(
      { source: "FROM scratch", context: "https://example.com/app.git#main" },
      {},
    );
    expect(Object.fromEntries(frontendOptions)).toEqual({
      context: "https://example.com/app.git#main",
      filename: "Dockerfile",
      dockerfilekey: "dockerfile",
    });
    expect([...sources.keys()]).toEqual(["dockerfile"]);
  });
});

test.each([
  "https://example.com/x.tar.gz",
  "git@github.com:a/b.git",
  "git://host/x",
  "ssh://git@host/x",
  "github.com/a/b",
  "http://h/x",
])("%s is remote: nothing of it is looked for here", async (context) => {
  const { sources, frontendOptions } = await findInputs(context, { dockerfile: "sub/Dockerfile" });
  expect(sources.size).toBe(0);
  expect(Object.fromEntries(frontendOptions)).toEqual({ context, filename: "sub/Dockerfile" });
});

describe("named contexts", () => {
  test("of every kind", async () => {
    write("layout/index.json", JSON.stringify({ manifests: [{ digest: digest("a") }] }));
    const { sources, ociLayouts, frontendOptions } = await findInputs(join(folder, "app"), {
      namedContexts: {
        busybox: "docker-image://registry.example/busybox",
        files: join(folder, "app"),
        context: join(folder, "app"),
        base: `oci-layout://${join(folder, "layout")}`,
        git: "https://example.com/x.git",
        other: "target:stage",
      },
    });
    const [store] = ociLayouts.keys();
    expect([...ociLayouts.values()]).toEqual([join(folder, "layout")]);
    expect(Object.fromEntries(frontendOptions)).toMatchObject({
      "context:busybox": "docker-image://registry.example/busybox",
      "context:files": "local:files",
      "context:context": "local:_context",
      "context:base": `oci-layout://${store}@${digest("a")}`,
      "context:git": "https://example.com/x.git",
      "context:other": "target:stage",
      "sharedkey:localdir:files": expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect([...sources.keys()]).toEqual(["context", "dockerfile", "files", "_context"]);
  });
});

describe("an OCI layout", () => {
  const named = (tag: string, hex: string) => ({
    digest: digest(hex),
    annotations: { "org.opencontainers.image.ref.name": tag },
  });
  const use = async (suffix: string) => {
    const { frontendOptions } = await findInputs(join(folder, "app"), {
      namedContexts: { l: `oci-layout://${join(folder, "layout")}${suffix}` },
    });
    return frontendOptions.get("context:l")?.replace(/^oci-layout:\/\/[0-9a-f]{32}/, "");
  };

  test("is asked for a tag, the latest, or its only image; a digest is taken as it is", async () => {
    write("layout/index.json", JSON.stringify({ manifests: [named("1", "a"), named("latest", "b")] }));
    expect(await use(":1")).toBe(`:1@${digest("a")}`);
    expect(await use("")).toBe(`@${digest("b")}`);
    expect(await use(`:9@${digest("c")}`)).toBe(`:9@${digest("c")}`);
    write("layout/index.json", JSON.stringify({ manifests: [named("1", "a")] }));
    expect(await use(":2")).toBe(`:2@${digest("a")}`);
  });

  test("that lacks the tag, or is none, is told", async () => {
    write("layout/index.json", JSON.stringify({ manifests: [named("1", "a"), named("2", "b")] }));
    await expect(use(":3")).rejects.toMatchObject({
      code: "context-unreadable",
      message: expect.stringContaining("(there are: 1, 2)"),
    });
    write("layout/index.json", "{");
    await expect(use("")).rejects.toMatchObject({ code: "context-unreadable" });
    write("layout/index.json", '{"manifests": 7}');
    await expect(use("")).rejects.toMatchObject({ code: "context-unreadable" });
    await expect(
      findInputs(join(folder, "app"), { namedContexts: { l: "oci-layout:///nowhere" } }),
    ).rejects.toMatchObject({ code: "context-unreadable" });
  });
});

describe("what is not there is named", () => {
  test.each([
    ["nowhere", {}, "the context"],
    ["app/Dockerfile", {}, "is not a folder"],
    ["app", { dockerfile: "/nowhere/Dockerfile" }, "the Dockerfile's folder"],
    ["empty", {}, "there is no Dockerfile in"],
    ["app", { namedContexts: { x: "/nowhere" } }, 'the context "x" (/nowhere)'],
  ])("%s %j", async (context, options, words) => {
    mkdirSync(join(folder, "empty"));
    await expect(findInputs(join(folder, context), options)).rejects.toMatchObject({
      code: "context-unreadable",
      message: expect.stringContaining(words),
    });
  });
});

function here(path: string) {
  return { kind: "folder", path: join(folder, path) };
}

function digest(hex: string): string {
  return `sha256:${hex.repeat(64)}`;
}

function write(path: string, content: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
}
