import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import { parseAddress } from "../../src/solver/buildkit/address.ts";
import { type ExportOptions, planExports } from "../../src/solver/outputs.ts";

describe("without outputs", () => {
  test("a Docker engine keeps the image, another worker only its cache", async () => {
    expect(await plan({ tags: ["app:1", "app:latest"] }, "docker")).toEqual([
      ["moby", { name: "app:1,app:latest" }, undefined],
    ]);
    expect(await plan({ tags: ["app:1"] }, "buildkit")).toEqual([]);
  });

  test("push makes an image, which need not be unpacked", async () => {
    expect(await plan({ tags: ["r.example/app"], push: true }, "buildkit")).toEqual([
      ["image", { name: "r.example/app", push: "true", unpack: "false" }, undefined],
    ]);
  });
});

describe("outputs", () => {
  test("by their place, also behind one that is none", async () => {
    const stream = new PassThrough();
    expect(
      await plan(
        {
          outputs: [
            { type: "cacheonly" },
            { type: "image" },
            { type: "local", dest: "out" },
            { type: "tar", dest: stream },
            { type: "oci", dest: "app.tar", attrs: { compression: "zstd" } },
          ],
        },
        "buildkit",
      ),
    ).toEqual([
      ["image", {}, undefined],
      ["local", {}, { kind: "folder", path: resolve("out") }],
      ["tar", {}, { kind: "stream", stream }],
      ["oci", { compression: "zstd" }, { kind: "file", path: resolve("app.tar") }],
    ]);
  });

  test("docker without dest loads into the engine that builds", async () => {
    expect(
      await plan({ outputs: [{ type: "docker" }], tags: ["a"], platforms: ["linux/amd64", "linux/arm64"] }, "docker"),
    ).toEqual([["moby", { name: "a" }, undefined]]);
    expect(await plan({ outputs: [{ type: "docker", dest: "a.tar" }], tags: ["a"] }, "docker")).toEqual([
      ["docker", { name: "a" }, { kind: "file", path: resolve("a.tar") }],
    ]);
  });

  test("docker without dest is sent to an engine that does not build, as it takes it", async () => {
    const load: ExportOptions = { outputs: [{ type: "docker" }], tags: ["a"] };
    const here = { kind: "engine", endpoint: parseAddress("tcp://here:2375") };
    expect(await plan(load, "buildkit")).toEqual([["oci", { name: "a" }, here]]);
    expect(await plan(load, "buildkit", false)).toEqual([["docker", { name: "a" }, here]]);
    expect(await plan({ outputs: [{ type: "docker", attrs: { context: "far" } }], tags: ["a"] }, "docker")).toEqual([
      ["oci", { name: "a" }, { kind: "engine", endpoint: parseAddress("tcp://far:2375") }],
    ]);
  });

  test("tar=false is a folder of blobs", async () => {
    const attrs = { tar: "false" };
    expect(await plan({ outputs: [{ type: "oci", dest: "layout", attrs }] }, "buildkit")).toEqual([
      ["oci", attrs, { blobs: resolve("layout") }],
    ]);
  });

  test("annotations of each level, for images only", async () => {
    const annotations = [
      "plain=1",
      "manifest[linux/arm64],index:both=x=y",
      "manifest-descriptor:org.example/a:b=",
      "index-descriptor[linux/amd64]:top=1",
    ];
    const outputs = [{ type: "image" }, { type: "local", dest: "out" }] as const;
    expect(await plan({ outputs, annotations }, "buildkit")).toEqual([
      [
        "image",
        {
          "annotation.plain": "1",
          "annotation-manifest[linux/arm64].both": "x=y",
          "annotation-index.both": "x=y",
          "annotation-manifest-descriptor.org.example/a:b": "",
          "annotation-index-descriptor.top": "1",
        },
        undefined,
      ],
      ["local", {}, { kind: "folder", path: resolve("out") }],
    ]);
  });

  test("cacheonly alone is nothing, on an engine too", async () => {
    expect(await plan({ outputs: [{ type: "cacheonly" }] }, "docker")).toEqual([]);
  });

  test("push pushes the image that is there, and does not touch the others", async () => {
    expect(
      await plan({ outputs: [{ type: "image" }, { type: "oci", dest: "x" }], push: true, tags: ["a"] }, "docker"),
    ).toEqual([
      ["moby", { name: "a", push: "true", unpack: "false" }, undefined],
      ["oci", { name: "a" }, { kind: "file", path: resolve("x") }],
    ]);
  });

  test("attributes are keys like any other", async () => {
    const attrs = JSON.parse('{"__proto__": "x", "1": "y"}');
    const { exporters } = await planExports({ outputs: [{ type: "image", attrs }] }, noEngine);
    expect([...(exporters[0]?.attrs ?? [])]).toEqual([
      ["1", "y"],
      ["__proto__", "x"],
    ]);
  });
});

describe("what cannot be", () => {
  test.each<[string, ExportOptions, string]>([
    ["local to nowhere", { outputs: [{ type: "local" }] }, "dest"],
    ["oci to nowhere", { outputs: [{ type: "oci" }] }, "dest"],
    ["local to a stream", { outputs: [{ type: "local", dest: new PassThrough() }] }, "folder"],
    ["an image to a file", { outputs: [{ type: "image", dest: "x" }] }, "type=oci"],
    ["a push without a name", { push: true }, "-t"],
    ["a push without a name, by attribute", { outputs: [{ type: "image", attrs: { push: "true" } }] }, "-t"],
    [
      "a Docker archive of two platforms",
      { outputs: [{ type: "docker", dest: "x" }], platforms: ["linux/amd64", "linux/arm64"] },
      "type=oci",
    ],
    [
      "two folders of blobs",
      {
        outputs: [
          { type: "oci", dest: "x", attrs: { tar: "false" } },
          { type: "oci", dest: "y", attrs: { tar: "false" } },
        ],
      },
      "tar=false",
    ],
    ["an annotation without a value", { outputs: [{ type: "image" }], annotations: ["a"] }, "key=value"],
    ["an annotation of no level", { outputs: [{ type: "image" }], annotations: ["layer:a=b"] }, "index-descriptor"],
    [
      "an annotation of no platform",
      { outputs: [{ type: "image" }], annotations: ["manifest[a/b/c/d]:k=v"] },
      "a/b/c/d",
    ],
  ])("%s is refused with the remedy", async (_, options, remedy) => {
    const error: unknown = await planExports(options, noEngine).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "usage" });
    expect(`${error} ${error instanceof Failure ? error.remedy : ""}`).toContain(remedy);
  });

  test("several platforms for an engine that keeps images of one", async () => {
    const options: ExportOptions = { outputs: [{ type: "docker" }], platforms: ["linux/amd64", "linux/arm64"] };
    await expect(plan(options, "buildkit", false)).rejects.toMatchObject({ code: "usage" });
    expect((await plan(options, "buildkit", true)).map(([type]) => type)).toEqual(["oci"]);
  });
});

const noEngine = {
  protocol: "buildkit",
  findEngine: () => Promise.reject(new Error("there is no engine")),
} as const;

/** Each exporter with its attributes and what takes its bytes; a folder of blobs shows as `{ blobs: path }`. */
test("an engine with an image store of its own makes no archives, and images of one platform; its pushes are ours", async () => {
  const findEngine = () => Promise.reject(new Error("no other engine is asked"));
  const own = { protocol: "docker" as const, keepsOwnImages: true, findEngine };
  const platforms = ["linux/amd64", "linux/arm64"];
  const refused: readonly ExportOptions[] = [
    { outputs: [{ type: "oci", dest: "a.tar" }] },
    { outputs: [{ type: "docker", dest: "a.tar" }] },
    { outputs: [{ type: "docker", attrs: { context: "other" } }] },
    { platforms },
    { outputs: [{ type: "docker" }], platforms },
  ];
  for (const options of refused) await expect(planExports(options, own)).rejects.toMatchObject({ code: "usage" });
  await planExports({ outputs: [{ type: "local", dest: "out" }, { type: "cacheonly" }], platforms }, own);
  const { pushed } = await planExports(
    { push: true, tags: ["r.example/a", "r.example/b:1"], platforms: ["linux/arm64"] },
    own,
  );
  expect(pushed).toEqual(["r.example/a", "r.example/b:1"]);
  expect((await planExports({ tags: ["r.example/a"] }, own)).pushed).toEqual([]);
});

async function plan(options: ExportOptions, protocol: "docker" | "buildkit", takesOci = true) {
  const findEngine = async (context: string | undefined) => ({
    endpoint: parseAddress(`tcp://${context ?? "here"}:2375`),
    takesOci,
  });
  const { exporters, targets, stores } = await planExports(options, { protocol, findEngine });
  const [folder] = stores.values();
  return exporters.map(({ type, attrs }, index) => [
    type,
    Object.fromEntries(attrs),
    targets.get(index) ?? (folder === undefined ? undefined : { blobs: folder.path }),
  ]);
}
