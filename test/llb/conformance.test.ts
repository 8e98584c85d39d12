import { describe, expect, test } from "vitest";
import { capSetWithout } from "../../src/llb/caps.ts";
import { encodeOp } from "../../src/llb/encode-op.ts";
import { marshal } from "../../src/llb/marshal.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { newWriter } from "../../src/llb/wire.ts";
import { loadCompileCases } from "../conformance/load.ts";
import { redraft } from "./redraft.ts";
import { writeDefinition } from "./write-definition.ts";

/** Every definition of the conformance set: what BuildKit's own frontend emitted. */
const definitions = loadCompileCases().flatMap(({ group, name, options, expected }) =>
  (expected.platforms ?? []).map(({ platform, definition }) => ({
    platform,
    title: `${group}/${name} ${platform}`,
    bytes: Buffer.from(definition, "base64"),
    caps: capSetWithout(options.disabledCaps ?? []),
  })),
);

describe(`the ${definitions.length} definitions of BuildKit's frontend`, () => {
  test("are enough to tell something", () => {
    expect(definitions.length).toBeGreaterThan(800);
  });

  test.each(definitions)("$title", ({ platform, bytes, caps }) => {
    const read = unmarshal(bytes);

    const writer = newWriter();
    for (const [index, op] of read.ops.entries()) {
      encodeOp(writer, op);
      expect(writer.finish()).toEqual(read.def[index]);
      writer.reset();
    }
    writeDefinition(writer, read);
    expect(Buffer.compare(writer.finish(), bytes)).toBe(0);

    const [os = "", architecture = ""] = platform.split("/");
    const { definition } = marshal(redraft(read), { platform: { os, architecture }, caps });
    expect(definition.digests).toEqual(read.digests);
    expect(definition.metadata).toEqual(read.metadata);
    expect(Buffer.compare(definition.bytes, bytes)).toBe(0);
  });
});
