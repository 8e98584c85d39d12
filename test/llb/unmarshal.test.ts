import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/digest.ts";
import { Failure } from "../../src/failure.ts";
import { capSetOf, fullCapSet } from "../../src/llb/caps.ts";
import { encodeOp } from "../../src/llb/encode-op.ts";
import { marshal } from "../../src/llb/marshal.ts";
import type { ExecOp, FileOp, HeadOp, MergeOp, Op, OpMkdir, OpMount, SourceOp } from "../../src/llb/op.ts";
import { pb } from "../../src/llb/proto/gen/llb.js";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { newWriter } from "../../src/llb/wire.ts";
import { loadCompileCases } from "../conformance/load.ts";
import { edges } from "./arbitrary-edges.ts";
import { type DefinitionParts, writeDefinition } from "./write-definition.ts";

const neutral = { inputs: [], platform: undefined, workerConstraints: [] };
const source: SourceOp = { kind: "source", ...neutral, identifier: "docker-image://a", attrs: new Map() };

function bytesOf(op: Op): Uint8Array {
  const writer = newWriter();
  encodeOp(writer, op);
  return writer.finish();
}

function inputTo(op: Op, output = 0) {
  return { digest: digestOf(bytesOf(op)), output };
}

function headOf(op: Op, output = 0): HeadOp {
  return { kind: "head", inputs: [inputTo(op, output)], platform: undefined, workerConstraints: undefined };
}

function definitionOf(def: readonly Uint8Array[], parts: Partial<DefinitionParts> = {}): Uint8Array {
  const writer = newWriter();
  writeDefinition(writer, { def, metadata: new Map(), source: undefined, ...parts });
  return writer.finish();
}

/** The given ops and a head on the last of them. */
function headed(...ops: readonly [...Op[], Op]): Uint8Array {
  const last = ops.at(-1) ?? source;
  return definitionOf([...ops, headOf(last)].map(bytesOf));
}

function reason(bytes: Uint8Array): string {
  try {
    unmarshal(bytes);
  } catch (error) {
    if (error instanceof Failure && error.code === "definition-invalid") return error.message;
    throw error;
  }
  throw new Error("it was taken");
}

describe("a definition is read", () => {
  test("when it is whole", () => {
    expect(unmarshal(headed(source)).ops).toEqual([source, headOf(source)]);
  });

  test("when it is empty: scratch", () => {
    expect(unmarshal(new Uint8Array())).toMatchObject({ def: [], ops: [], source: undefined });
  });

  test("with fields of a later version, over whose bytes digests are taken", () => {
    const later = Buffer.concat([bytesOf(source), Buffer.from([0xba, 0x06, 0x01, 0x78])]);
    const head: HeadOp = { ...headOf(source), inputs: [{ digest: digestOf(later), output: 0 }] };
    const read = unmarshal(definitionOf([later, bytesOf(head)]));
    expect(read.ops[0]).toEqual(source);
    expect(read.digests[0]).toBe(digestOf(later));
  });

  test("with texts that are names of the language's own", () => {
    const attrs = new Map([
      ["__proto__", "x"],
      ["constructor", "y"],
      ["2", "z"],
    ]);
    const odd: SourceOp = { ...source, attrs };
    expect(unmarshal(headed(odd)).ops[0]).toEqual(odd);
  });
});

describe("a definition is refused", () => {
  test("when it is no protobuf, or cut off", () => {
    expect(reason(Buffer.from("FROM alpine\n"))).toContain("no LLB definition");
    const whole = headed(source);
    for (let length = 1; length < whole.length; length++) expect(reason(whole.subarray(0, length))).not.toBe("");
  });

  test("when an op's bytes have changed", () => {
    const merge: MergeOp = { kind: "merge", ...neutral, inputs: [inputTo(source), inputTo(source)], layers: [0, 1] };
    const changed = bytesOf({ ...source, identifier: "docker-image://b" });
    const bytes = definitionOf([changed, bytesOf(merge), bytesOf(headOf(merge))]);
    expect(reason(bytes)).toMatch(/op 2 of 3 needs sha256:\w+, and no op before it has that digest/);
  });

  test("when an op stands before its input, or twice", () => {
    const merge: MergeOp = { kind: "merge", ...neutral, inputs: [inputTo(source)], layers: [0] };
    expect(reason(definitionOf([merge, source, headOf(merge)].map(bytesOf)))).toContain("op 1 of 3 needs");
    expect(reason(definitionOf([source, source, headOf(source)].map(bytesOf)))).toContain("op 2 of 3 is there twice");
  });

  test("when the head is missing, in the middle, or has more than one input", () => {
    expect(reason(definitionOf([bytesOf(source)]))).toContain("not a head");
    expect(reason(definitionOf([source, headOf(source), { ...source, identifier: "x" }].map(bytesOf)))).toContain(
      "op 2 of 3 does nothing",
    );
    const two: HeadOp = { ...headOf(source), inputs: [inputTo(source), inputTo(source)] };
    expect(reason(definitionOf([source, two].map(bytesOf)))).toContain("2 inputs where a head has one");
  });

  test("when an op lacks what it cannot do without", () => {
    expect(reason(headed({ ...source, identifier: "" }))).toContain("no identifier");
    expect(reason(headed({ ...exec(), meta: { ...exec().meta, args: [] } }))).toContain("no command");
    expect(reason(headed(exec({ dest: "/x" })))).toContain("no root file system");
    expect(reason(headed(file()))).toContain("no actions");
    expect(reason(headed({ kind: "passthrough", ...neutral, id: "", outputs: [] }))).toContain("no id");
    expect(reason(headed({ kind: "passthrough", ...neutral, id: "x", outputs: [] }))).toContain("no outputs");
  });

  test("when an index leads nowhere", () => {
    expect(reason(headed(source, exec({ input: 1 })))).toContain("input 1 of 1");
    expect(reason(headed(source, exec({ input: -2 })))).toContain("input -2 of 1");
    expect(reason(headed(source, exec({ output: -2 })))).toContain("output number -2");
    expect(reason(headed(source, exec({ output: 2 ** 40 })))).toContain("output number");
    expect(reason(headed(source, file({ input: 1 })))).toContain("input 1 of 1");
    expect(reason(headed(source, file({ owner: { user: { name: "x", input: 5 }, group: undefined } })))).toContain(
      "input 5 of 1",
    );
    expect(reason(headed({ kind: "merge", ...neutral, layers: [-1] }))).toContain("scratch");
    expect(reason(headed({ kind: "diff", ...neutral, lower: 0, upper: -1 }))).toContain("input 0 of 0");
    expect(reason(definitionOf([source, headOf(source, 1)].map(bytesOf)))).toMatch(
      /output 1 of sha256:\w+, which has 1/,
    );
    expect(reason(definitionOf([source, headOf(source, -1)].map(bytesOf)))).toContain("output -1");
  });

  test("when it says what this version does not know", () => {
    const network = Buffer.from([0x12, 0x02, 0x18, 0x07]);
    expect(reason(definitionOf([network, bytesOf(headOf(source))]))).toContain("7 is no network mode");
    const action = pb.Op.encode({ file: { actions: [{}] } }).finish();
    expect(reason(definitionOf([action, bytesOf(headOf(source))]))).toContain("file action");
  });

  test("when a text is not UTF-8", () => {
    const bytes = Buffer.from(headed({ ...source, identifier: "docker-image://QQ" }));
    bytes.fill(0xff, bytes.indexOf("QQ"), bytes.indexOf("QQ") + 2);
    expect(reason(bytes)).toContain("op 1 of 2 cannot be read");
  });

  test("when a place is in no source text, or definitions nest without end", () => {
    const locations = new Map([["sha256:x", [{ sourceIndex: 1, ranges: [] }]]]);
    expect(reason(definitionOf([], { source: { infos: [], locations } }))).toContain("source text 1 of 0");
    let nested = new Uint8Array();
    for (let depth = 0; depth < 200; depth++) {
      nested = new Uint8Array(pb.Definition.encode({ Source: { infos: [{ definition: nested }] } }).finish());
    }
    expect(reason(nested)).toContain("nested too deeply");
  });
});

function exec(mount: Partial<OpMount> = {}): ExecOp {
  const root: OpMount = {
    kind: "bind",
    input: 0,
    output: 0,
    selector: "",
    dest: "/",
    readonly: false,
    contentCache: "default",
    resultId: "",
    ...mount,
  };
  return {
    kind: "exec",
    ...neutral,
    inputs: [inputTo(source)],
    meta: { args: ["true"], env: [], cwd: "/", removeMountStubsRecursive: true },
    mounts: [root],
    network: "sandbox",
    security: "sandbox",
    secretEnv: [],
    cdiDevices: [],
  };
}

function file(action?: Partial<OpMkdir>): FileOp {
  const mkdir: OpMkdir = {
    kind: "mkdir",
    input: 0,
    secondaryInput: -1,
    output: 0,
    path: "/d",
    mode: 0o755,
    makeParents: false,
    owner: undefined,
    timestamp: -1n,
    ...action,
  };
  return { kind: "file", ...neutral, inputs: [inputTo(source)], actions: action === undefined ? [] : [mkdir] };
}

describe("whatever is drafted or damaged", { timeout: 60_000 }, () => {
  const options = { platform: { os: "linux", architecture: "amd64" }, localUniqueId: "u" };

  test("what is marshalled is read as it was", () => {
    fc.assert(
      fc.property(edges, fc.boolean(), (root, all) => {
        const caps = all ? fullCapSet() : capSetOf(["exec.mount.bind"]);
        const { definition, vertices } = marshal(root, { ...options, caps });
        const read = unmarshal(definition.bytes);
        expect(read.digests).toEqual(definition.digests);
        expect(read.metadata).toEqual(definition.metadata);
        expect(read.source).toEqual(definition.source);
        expect(read.ops.slice(0, -1)).toEqual(vertices.map(({ op }) => op));
        expect(read.def.map(digestOf)).toEqual(read.digests);
        expect(Buffer.compare(marshal(root, { ...options, caps }).definition.bytes, definition.bytes)).toBe(0);
      }),
    );
  });

  test("damaged bytes are read or refused, never anything else", () => {
    const originals = loadCompileCases()
      .flatMap(({ expected }) => expected.platforms ?? [])
      .map(({ definition }) => Buffer.from(definition, "base64"))
      .filter((bytes) => bytes.length > 0 && bytes.length < 4_000);
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...originals), damage, fc.nat(), (original, changes, cut) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const damaged = cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
        try {
          unmarshal(damaged);
        } catch (error) {
          expect(error).toMatchObject({ code: "definition-invalid" });
        }
      }),
      { numRuns: 300 },
    );
  });
});
