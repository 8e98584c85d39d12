import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { type ExportOptions, planExports } from "../../src/solver/outputs.ts";

describe("without outputs", () => {
  test("a Docker engine keeps the image, another worker only its cache", () => {
    expect(plan({ tags: ["app:1", "app:latest"] }, "docker")).toEqual([
      ["moby", { name: "app:1,app:latest" }, undefined],
    ]);
    expect(plan({ tags: ["app:1"] }, "buildkit")).toEqual([]);
  });

  test("push makes an image", () => {
    expect(plan({ tags: ["r.example/app"], push: true }, "buildkit")).toEqual([
      ["image", { name: "r.example/app", push: "true" }, undefined],
    ]);
  });
});

describe("outputs", () => {
  test("by their place, also behind one that is none", () => {
    const stream = new PassThrough();
    expect(
      plan(
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

  test("docker without dest loads into the engine that builds", () => {
    expect(
      plan({ outputs: [{ type: "docker" }], tags: ["a"], platforms: ["linux/amd64", "linux/arm64"] }, "docker"),
    ).toEqual([["moby", { name: "a" }, undefined]]);
    expect(plan({ outputs: [{ type: "docker", dest: "a.tar" }], tags: ["a"] }, "docker")).toEqual([
      ["docker", { name: "a" }, { kind: "file", path: resolve("a.tar") }],
    ]);
  });

  test("cacheonly alone is nothing, on an engine too", () => {
    expect(plan({ outputs: [{ type: "cacheonly" }] }, "docker")).toEqual([]);
  });

  test("push pushes the image that is there, and does not touch the others", () => {
    expect(
      plan({ outputs: [{ type: "image" }, { type: "oci", dest: "x" }], push: true, tags: ["a"] }, "docker"),
    ).toEqual([
      ["moby", { name: "a", push: "true" }, undefined],
      ["oci", { name: "a" }, { kind: "file", path: resolve("x") }],
    ]);
  });

  test("attributes are keys like any other", () => {
    const attrs = JSON.parse('{"__proto__": "x", "1": "y"}');
    expect([...(planExports({ outputs: [{ type: "image", attrs }] }, "buildkit").exporters[0]?.attrs ?? [])]).toEqual([
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
    ["an archive that is none", { outputs: [{ type: "oci", dest: "x", attrs: { tar: "false" } }] }, "tar=false"],
    ["a load without an engine", { outputs: [{ type: "docker" }] }, "docker load"],
  ])("%s is refused with the remedy", (_, options, remedy) => {
    expect(() => planExports(options, "buildkit")).toThrowError(expect.objectContaining({ code: "usage" }));
    try {
      planExports(options, "buildkit");
    } catch (error) {
      expect(`${error} ${error instanceof Object && "remedy" in error ? error.remedy : ""}`).toContain(remedy);
    }
  });
});

function plan(options: ExportOptions, protocol: "docker" | "buildkit") {
  const { exporters, targets } = planExports(options, protocol);
  return exporters.map(({ type, attrs }, index) => [type, Object.fromEntries(attrs), targets.get(index)]);
}
