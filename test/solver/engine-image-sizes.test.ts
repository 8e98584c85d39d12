import { expect, it } from "vitest";
import { readEngineImageSizes } from "../../src/solver/engine-image-sizes.ts";

const response = new Map([["containerimage.config.digest", "sha256:id"]]);
const image = { Os: "linux", Architecture: "arm64", Variant: "v8", Size: 1200, RootFS: { Layers: ["l1", "l2", "l3"] } };
// The last step comes first, as the engine tells it.
const history = [
  { CreatedBy: "WORKDIR /there", Size: 0 },
  { CreatedBy: "COPY . .", Size: 200 },
  { CreatedBy: "ENV A=b", Size: 0 },
  { CreatedBy: "ADD base", Size: 1000 },
];
const compiled = Buffer.from(
  JSON.stringify({ history: [{}, { empty_layer: true }, {}, {}].map((entry) => ({ created_by: "x", ...entry })) }),
);

function asked(told: object, config: Uint8Array | undefined = compiled) {
  return readEngineImageSizes(response, { readImage: async () => ({ image, history, ...told }), config });
}

it("layers have the steps that made them, from the base up, also those without a byte", async () => {
  expect(await asked({})).toEqual([
    {
      ...{ platform: "linux/arm64/v8", digest: "sha256:id", size: 1200, unpacked: true },
      layers: [
        { digest: "l1", size: 1000, createdBy: "ADD base" },
        { digest: "l2", size: 200, createdBy: "COPY . ." },
        { digest: "l3", size: 0, createdBy: "WORKDIR /there" },
      ],
    },
  ]);
});

it("without a config that fits, what has no byte is taken for no layer, and digests are not guessed", async () => {
  const unknown = await readEngineImageSizes(response, {
    readImage: async () => ({ image, history }),
    config: undefined,
  });
  for (const sizes of [unknown, await asked({}, Buffer.from("{}"))]) {
    expect(sizes?.[0]?.layers).toEqual([
      { digest: "", size: 1000, createdBy: "ADD base" },
      { digest: "", size: 200, createdBy: "COPY . ." },
    ]);
  }
});

it("nothing is told where no image was made, or the engine does not tell", async () => {
  const readImage = () => Promise.reject(new Error("gone"));
  expect(await readEngineImageSizes(new Map(), { readImage, config: compiled })).toBeUndefined();
  expect(await readEngineImageSizes(response, { readImage, config: compiled })).toBeUndefined();
});
