import { expect, test } from "vitest";
import { buildMetadata, imageId } from "../../src/solver/build-metadata.ts";

const worker = {
  description: "",
  address: "",
  origin: "",
  version: "",
  platforms: [],
  protocol: "buildkit",
  builder: { name: "default", node: "default", driver: "docker" },
  containerdImages: false,
} as const;

test("values that are JSON stand as JSON, others as they are", () => {
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  const exporterResponse = new Map([
    ["image.name", "r.example/app:1"],
    ["containerimage.descriptor", base64({ size: 1, "<": "é" })],
    ["list", base64([{ a: 1 }])],
    ["empty", base64({})],
    ["texts", base64(["a"])],
    ["containerimage.digest", "sha256:00"],
    ["abcd", "abcd"],
    ["result.json", '{"warnings":[]}'],
  ]);
  expect(buildMetadata({ exporterResponse, ref: "r", worker })).toEqual({
    "image.name": "r.example/app:1",
    "containerimage.descriptor": { size: 1, "<": "é" },
    list: [{ a: 1 }],
    empty: base64({}),
    texts: base64(["a"]),
    "containerimage.digest": "sha256:00",
    abcd: "abcd",
    "result.json": { warnings: [] },
    "buildx.build.ref": "default/default/r",
  });
});

test("an engine's builds can be found in its history", () => {
  const metadata = buildMetadata({
    exporterResponse: new Map(),
    ref: "abc",
    worker: { ...worker, protocol: "docker" },
  });
  expect(metadata).toEqual({ "buildx.build.ref": "default/default/abc" });
});

test("the id of an image is its config's digest, and on containerd's store its own", () => {
  const exporterResponse = new Map([
    ["containerimage.digest", "sha256:image"],
    ["containerimage.config.digest", "sha256:config"],
  ]);
  expect(imageId({ exporterResponse, worker })).toBe("sha256:config");
  expect(imageId({ exporterResponse, worker: { ...worker, protocol: "docker" } })).toBe("sha256:config");
  expect(imageId({ exporterResponse, worker: { ...worker, protocol: "docker", containerdImages: true } })).toBe(
    "sha256:image",
  );
  expect(imageId({ exporterResponse: new Map(), worker })).toBeUndefined();
});
