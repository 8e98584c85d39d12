import { expect, test } from "vitest";
import { imageId, metadataJson } from "../../src/cli/metadata-file.ts";

const worker = { builder: { name: "default", node: "default", driver: "docker" } };
const base64 = (text: string) => Buffer.from(text).toString("base64");

test("names in the order of their bytes; objects and lists of them in place of their base64", () => {
  const exporterResponse = new Map([
    ["image.name", "a:1,b&c"],
    ["containerimage.digest", "sha256:00"],
    ["containerimage.descriptor", base64('{"size": 12, "annotations": {"b": "<", "a": []}}')],
    ["list", base64('[{"a": 1}]')],
  ]);
  expect(metadataJson({ exporterResponse, ref: "r", worker })).toBe(`{
  "buildx.build.ref": "default/default/r",
  "containerimage.descriptor": {
    "size": 12,
    "annotations": {
      "b": "\\u003c",
      "a": []
    }
  },
  "containerimage.digest": "sha256:00",
  "image.name": "a:1,b\\u0026c",
  "list": [
    {
      "a": 1
    }
  ]
}`);
});

test.each(["", "abcd", base64("{}"), base64("[]"), base64("[1]"), base64("3"), base64('"x"'), base64("{")])(
  "%j stays a text",
  (value) => {
    const json = JSON.parse(metadataJson({ exporterResponse: new Map([["x", value]]), ref: "", worker }));
    expect(json.x).toBe(value);
  },
);

test("an image's id is the digest of its config, or of the index of several images", () => {
  expect(imageId(new Map([["containerimage.digest", "d"]]))).toBe("d");
  expect(
    imageId(
      new Map([
        ["containerimage.digest", "d"],
        ["containerimage.config.digest", "c"],
      ]),
    ),
  ).toBe("c");
  expect(imageId(new Map())).toBe("");
});
