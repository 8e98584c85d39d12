import { describe, expect, it } from "vitest";
import { AppendList } from "../../src/graph/append-list.ts";
import { decodeImage } from "../../src/graph/image-decode.ts";
import { encodeImage } from "../../src/graph/image-json.ts";
import { scratchImage } from "../../src/graph/image-state.ts";

function reencoded(config: object): string {
  const image = decodeImage(config);
  if (image === undefined) throw new Error("not read");
  return encodeImage(image);
}

describe("image configs", () => {
  it("are written in the field order of Go's structures, empty fields left out", () => {
    expect(encodeImage(scratchImage({ os: "linux", architecture: "arm64", variant: "v8" }))).toBe(
      '{"architecture":"arm64","os":"linux","variant":"v8","rootfs":{"type":"layers","diff_ids":null},' +
        '"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"WorkingDir":"/"}}',
    );
  });

  it("come back with map keys in byte order, HTML escaped, and times in their shortest form", () => {
    const config = {
      history: [{ created: "2020-01-01T00:00:00.500+01:00", created_by: "a && b <c>", empty_layer: true }],
      config: { Labels: { "\u{10000}": "astral", "\uffff": "last of the plane", b: "2", a: "1\u2028" } },
      rootfs: { type: "layers", diff_ids: [] },
      os: "linux",
      architecture: "amd64",
    };
    expect(reencoded(config)).toBe(
      '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"history":[{"created":' +
        '"2020-01-01T00:00:00.5+01:00","created_by":"a \\u0026\\u0026 b \\u003cc\\u003e","empty_layer":true}],' +
        '"config":{"Labels":{"a":"1\\u2028","b":"2","\uffff":"last of the plane","\u{10000}":"astral"}}}',
    );
  });

  it("are read with field names in any case, and without what the model does not know", () => {
    expect(reencoded({ OS: "linux", Architecture: "amd64", CONFIG: { cmd: ["x"], Domainname: "d" }, id: "1" })).toBe(
      '{"architecture":"amd64","os":"linux","rootfs":{"type":"","diff_ids":null},"config":{"Cmd":["x"]}}',
    );
  });

  it.each([
    { os: 1 },
    { config: { Env: "A=1" } },
    { config: { Labels: { a: 1 } } },
    { history: {} },
    { created: "yesterday" },
    { config: { Healthcheck: { Interval: 1.5 } } },
  ])("are refused when a field has another type: %j", (config) => {
    expect(decodeImage(config)).toBeUndefined();
  });

  it.each([
    ["the last of several values", '{"os":"a","OS":"b","os":null}', '"os":"b"'],
    ["merged objects", '{"config":{"User":"u"},"Config":{"StopSignal":"9"}}', '"User":"u","StopSignal":"9"'],
    ["merged maps", '{"config":{"Labels":{"10":"a","b":"c"},"labels":{"9":"z","b":null}}}', '"10":"a","9":"z","b":""'],
    ["what null takes away", '{"config":{"Cmd":["a"],"cmd":null}}', '"config":{}'],
    ["list items that null leaves", '{"config":{"Cmd":["a","b"],"cmd":[null]}}', '"Cmd":["a"]'],
    ["letters that fold", '{"config":{"WorKingDir":"/w","Uſer":"u"}}', '"User":"u","WorkingDir":"/w"'],
    ["long numbers", '{"config":{"Healthcheck":{"Interval":9007199254740993}}}', '"Interval":9007199254740993'],
    ["surrogates", '{"config":{"User":"\\udc80 \\"a\\":1"}}', '"User":"\ufffd \\"a\\":1"'],
  ])("are read from text as Go reads it: %s", (_, text, part) => {
    expect(reencoded(Buffer.from(text))).toContain(part);
  });

  it.each([
    "\ufeff{}",
    '{"os":1,"os":"linux"}',
    '{"config":{"Healthcheck":{"Retries":1.0}}}',
    '{"config":{"Healthcheck":{"Retries":1e3}}}',
    '{"config":{"Volumes":{"a":[]}}}',
    '{"os":"a" 1}',
    '{"os":01}',
    "{1:2}",
  ])("are refused as text where Go refuses it: %s", (text) => {
    expect(decodeImage(Buffer.from(text))).toBeUndefined();
  });

  it("are read as deep as Go reads JSON, and no deeper", () => {
    const nested = (depth: number) => Buffer.from(`{"x":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`);
    expect(decodeImage(nested(10_000))).toBeDefined();
    expect(decodeImage(nested(10_001))).toBeUndefined();
  });

  it("are refused when they are no JSON", () => {
    expect(decodeImage(Buffer.from("{"))).toBeUndefined();
  });

  it("replace the first of the variables that the base repeats, and keep the others", () => {
    const image = decodeImage({ os: "linux", config: { Env: ["A=1", "B=2", "A=3"] } });
    if (image === undefined) throw new Error("not read");
    const set = AppendList.of<readonly [string, string]>([
      ["A", "4"],
      ["C", "5"],
      ["C", "6"],
    ]);
    const text = encodeImage({ ...image, image: { ...image.image, env: { base: image.image.env.base, set } } });
    expect(JSON.parse(text).config.Env).toEqual(["A=4", "B=2", "A=3", "C=6"]);
  });
});
