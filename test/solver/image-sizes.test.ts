import { expect, it } from "vitest";
import { readImageSizes } from "../../src/solver/image-sizes.ts";

const manifest = { config: { digest: "config", size: 10 }, layers: [layer("l1", 1000), layer("l2", 200)] };
const history = [
  { created_by: "ADD base" },
  { created_by: "ENV A=b", empty_layer: true },
  { created_by: "RUN /bin/sh -c make # buildkit" },
];
const config = { os: "linux", architecture: "arm64", variant: "v8", history };

function layer(digest: string, size: number) {
  return { digest, size };
}

function reader(blobs: Readonly<Record<string, object>>) {
  const configs = new Map<string, Uint8Array>();
  const readBlob = async (digest: string) => {
    const blob = blobs[digest];
    if (blob === undefined) throw new Error(`no ${digest}`);
    return Buffer.from(JSON.stringify(blob));
  };
  return { configs, readBlob };
}

function response(digest: string) {
  return new Map([["containerimage.descriptor", Buffer.from(JSON.stringify({ digest })).toString("base64")]]);
}

const size = {
  ...{ platform: "linux/arm64/v8", digest: "manifest", size: 1210 },
  layers: [
    { digest: "l1", size: 1000, createdBy: "ADD base" },
    { digest: "l2", size: 200, createdBy: "RUN /bin/sh -c make # buildkit" },
  ],
};

it("an image has the size of its layers and its config, each layer with the step that made it", async () => {
  expect(await readImageSizes(response("manifest"), reader({ manifest, config }))).toEqual([size]);
});

it("an index has an image for each platform; attestations are none", async () => {
  const index = {
    manifests: [
      { digest: "manifest", platform: { os: "linux", architecture: "arm64" } },
      { digest: "attestation", platform: { os: "unknown", architecture: "unknown" } },
    ],
  };
  expect(await readImageSizes(response("index"), reader({ index, manifest, config }))).toEqual([size]);
});

it("a config that is known need not be read, unless its history does not fit", async () => {
  const { readBlob } = reader({ manifest, config });
  const known = (of: object) => new Map([["linux/arm64/v8", Buffer.from(JSON.stringify(of))]]);
  const without = reader({ manifest }).readBlob;
  expect(await readImageSizes(response("manifest"), { configs: known(config), readBlob: without })).toEqual([size]);
  const other = known({ ...config, history: [] });
  expect(await readImageSizes(response("manifest"), { configs: other, readBlob })).toEqual([size]);
});

it("a history that leaves layers out tells of none", async () => {
  const short = { ...config, history: history.slice(2) };
  const [image] = (await readImageSizes(response("manifest"), reader({ manifest, config: short }))) ?? [];
  expect(image?.layers.map(({ createdBy }) => createdBy)).toEqual(["", ""]);
});

it.each([
  ["no image was made", new Map<string, string>()],
  ["the worker does not have it", response("gone")],
  ["the descriptor is none", new Map([["containerimage.descriptor", "e30="]])],
])("nothing is told where %s", async (_, exporterResponse) => {
  expect(await readImageSizes(exporterResponse, reader({ manifest, config }))).toBeUndefined();
});
