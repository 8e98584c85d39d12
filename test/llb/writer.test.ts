import fc from "fast-check";
import protobuf from "protobufjs/minimal.js";
import { describe, expect, test } from "vitest";
import { Writer } from "../../src/llb/writer.ts";

const texts = fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: "binary", maxLength: 300 }));
const fields = fc.letrec((tie) => ({
  field: fc.oneof(
    { maxDepth: 4 },
    fc.record({ kind: fc.constant("number" as const), value: fc.nat({ max: 0xffffffff }) }),
    fc.record({ kind: fc.constant("text" as const), value: texts }),
    fc.record({ kind: fc.constant("bytes" as const), value: fc.uint8Array({ maxLength: 20_000 }) }),
    fc.record({ kind: fc.constant("long" as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
    fc.record({ kind: fc.constant("message" as const), value: tie("fields") }),
  ),
  fields: fc.array(tie("field"), { maxLength: 6 }),
})).fields;

interface Sink {
  uint32(value: number): this;
  string(value: string): this;
  bytes(value: Uint8Array): this;
  fork(): this;
  ldelim(): this;
}

/** Any tree of fields, as fast-check gives it. */
function write(sink: Sink, list: unknown, long: (value: bigint) => void): void {
  if (!Array.isArray(list)) return;
  for (const { kind, value } of list) {
    if (kind === "number") sink.uint32(8).uint32(value);
    else if (kind === "text") sink.uint32(10).string(value);
    else if (kind === "bytes") sink.uint32(10).bytes(value);
    else if (kind === "long") long(value);
    else {
      sink.uint32(10).fork();
      write(sink, value, long);
      sink.ldelim();
    }
  }
}

describe("a message", () => {
  test("is the same bytes as another writer of protobuf makes of it, at any size and depth", () => {
    fc.assert(
      fc.property(fields, (list) => {
        const ours = new Writer(1);
        const theirs = protobuf.Writer.create();
        write(ours, list, (value) => ours.uint32(8).int64(value));
        write(theirs, list, (value) => theirs.uint32(8).int64(value.toString()));
        expect(Buffer.from(ours.finish()).toString("hex")).toBe(Buffer.from(theirs.finish()).toString("hex"));
        expect(ours.pos).toBe(ours.finish(true).length);
      }),
    );
  });

  test("begins anew after a reset, and what was finished before stays", () => {
    const writer = new Writer();
    const first = writer.string("one").finish();
    const second = writer.reset().string("two").finish();
    expect([first, second].map((bytes) => Buffer.from(bytes).toString("latin1"))).toEqual(["\x03one", "\x03two"]);
  });

  test("cannot end where none was begun", () => {
    expect(() => new Writer().ldelim()).toThrow("no message is open");
  });
});
