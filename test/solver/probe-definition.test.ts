import { expect, test } from "vitest";
import { digestOf } from "../../src/digest.ts";
import { pb } from "../../src/llb/proto/gen/llb.js";
import { probeDefinition } from "../../src/solver/probe-definition.ts";
import { HandMade } from "./hand-made.ts";

function made() {
  const by = new HandMade();
  const image = by.image("example.com/base:1");
  return by.definition(by.run(by.run(image, "one"), "two"));
}

test("ops stay as they are, but that RUN steps cannot start, and inputs have their new names", () => {
  const { bytes, def } = made();
  const probe = probeDefinition(bytes);
  const { def: probed, metadata } = pb.Definition.decode(probe.bytes);
  expect(probed).toHaveLength(def.length);
  const ops = probed.map((op) => pb.Op.decode(op));
  const originals = pb.Definition.decode(bytes).def.map((op) => pb.Op.decode(op));
  for (const [index, op] of ops.entries()) {
    const original = originals[index];
    if (op.exec == null) {
      expect(op.source).toEqual(original?.source);
      continue;
    }
    expect(op.exec.meta?.proxyEnv?.ftpProxy).toMatch(/\0$/);
    expect(op.exec.meta?.args).toEqual(original?.exec?.meta?.args);
    expect(op.exec.mounts).toEqual(original?.exec?.mounts);
    expect(op.platform).toEqual(original?.platform);
  }
  const digests = probed.map((op) => digestOf(op));
  for (const [index, op] of ops.entries()) {
    for (const { digest } of op.inputs) expect(digests.slice(0, index)).toContain(digest);
  }
  expect(probe.head).toBe(digests.at(-2));
  expect([...probe.steps.keys()]).toEqual(digests.slice(0, -1));
  expect(Object.keys(metadata).every((digest) => digests.includes(digest))).toBe(true);
});

test("what no RUN step is in keeps its bytes and digests", () => {
  const by = new HandMade();
  const { bytes } = by.definition(by.image("example.com/base:1"));
  const probe = probeDefinition(bytes);
  expect(pb.Definition.decode(probe.bytes).def).toEqual(pb.Definition.decode(bytes).def);
  for (const [name, { digest }] of probe.steps) expect(name).toBe(digest);
});
