import fc from "fast-check";
import type { LinuxResources, OpMetadata } from "../../src/llb/op-metadata.ts";

import type {
  Edge,
  ExecMount,
  ExecVertex,
  FileAction,
  SourceLocation,
  Vertex,
  VertexBase,
} from "../../src/llb/vertex.ts";

/** Texts as users write them, odd ones among them. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("__proto__", "constructor", "0", "10", "\u{1f600}", "\uffff", "a\0b", "x".repeat(300)),
);
const word = text.filter((value) => value !== "");
const path = text.map((value) => `/${value}`);
const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
const uint32 = fc.nat({ max: 0xffffffff });

/** Absent fields are left out, not undefined: as the lowering and a reader of JSON do it. */
const optional: { requiredKeys: [] } = { requiredKeys: [] };

function textMap(key = text) {
  return fc.array(fc.tuple(key, text), { maxLength: 4 }).map((entries) => new Map(entries));
}

const resources: fc.Arbitrary<LinuxResources> = fc.record(
  {
    memory: int64.filter((value) => value !== 0n),
    memorySwap: fc.constantFrom(-1n, 1n << 40n),
    cpuShares: fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }),
    cpusetCpus: word,
  },
  optional,
);

const metadata: fc.Arbitrary<OpMetadata> = fc.record(
  {
    description: textMap().filter((map) => map.size > 0),
    ignoreCache: fc.constant(true),
    exportCache: fc.boolean(),
    caps: fc.array(text, { maxLength: 4 }),
    progressGroup: fc.record({ id: text, name: text, weak: fc.boolean() }),
    linuxResources: resources,
  },
  optional,
);

const position = fc.record({ line: fc.nat({ max: 1e6 }), character: fc.nat({ max: 1e6 }) });
const location: fc.Arbitrary<SourceLocation> = fc.record({
  sourceMap: fc.constantFrom(
    { filename: "Dockerfile", language: "Dockerfile", data: Buffer.from("FROM scratch\n") },
    { filename: "other", language: "", data: Buffer.alloc(0) },
  ),
  ranges: fc.array(fc.record({ start: position, end: position }), { maxLength: 2 }),
});

const base: fc.Arbitrary<VertexBase> = fc.record(
  {
    platform: fc.record({ os: word, architecture: word }),
    workerConstraints: fc.array(text, { maxLength: 2 }),
    metadata,
    locations: fc.array(location, { maxLength: 2 }),
  },
  optional,
);

const user = fc.oneof(fc.record({ id: uint32 }), fc.record({ name: word }));
const owner = fc.record({ user, group: user }, optional);
const timestamp = int64;

function actionOn(edge: fc.Arbitrary<Edge>): fc.Arbitrary<FileAction> {
  const patterns = fc.array(text, { maxLength: 2 });
  return fc.oneof(
    fc.record(
      {
        kind: fc.constant("copy" as const),
        source: edge,
        src: path,
        dest: path,
        owner,
        mode: fc.oneof(fc.nat({ max: 0o7777 }), word),
        createDestPath: fc.boolean(),
        allowWildcard: fc.boolean(),
        includePatterns: patterns,
        requiredPaths: patterns,
        timestamp,
      },
      { requiredKeys: ["kind", "src", "dest"] },
    ),
    fc.record(
      {
        kind: fc.constant("mkfile" as const),
        path,
        mode: uint32,
        data: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
        owner,
        timestamp,
      },
      { requiredKeys: ["kind", "path", "mode", "data"] },
    ),
    fc.record({ kind: fc.constant("rm" as const), path, allowNotFound: fc.boolean() }),
    fc.record({ kind: fc.constant("symlink" as const), oldpath: text, newpath: text, owner }),
  );
}

function mountOf(edge: fc.Arbitrary<Edge>): fc.Arbitrary<ExecMount> {
  return fc.oneof(
    fc.record(
      { target: path, source: edge, selector: path, readonly: fc.boolean(), noOutput: fc.boolean() },
      { requiredKeys: ["target"] },
    ),
    fc.record({
      target: path,
      cache: fc.record({
        id: word,
        sharing: fc.constantFrom("shared" as const, "private" as const, "locked" as const),
      }),
    }),
    fc.record({ target: path, tmpfs: fc.record({ size: fc.bigInt({ min: 0n, max: 1n << 62n }) }) }),
  );
}

function execOn(edge: fc.Arbitrary<Edge>): fc.Arbitrary<ExecVertex> {
  const credential = { id: text, uid: uint32, gid: uint32, mode: uint32 };
  const meta = fc.record(
    {
      args: fc.array(text, { minLength: 1, maxLength: 3 }),
      env: fc.array(text, { maxLength: 3 }),
      cwd: path,
      user: word,
      ulimits: fc.array(fc.record({ name: text, soft: int64, hard: int64 }), { minLength: 1, maxLength: 2 }),
      validExitCodes: fc.array(fc.integer(), { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ["args", "cwd"] },
  );
  const mounts = fc
    .tuple(edge, fc.array(mountOf(edge), { maxLength: 3 }))
    .map(([source, others]): ExecMount[] => [...others, { target: "/", source }]);
  return fc.record(
    {
      kind: fc.constant("exec" as const),
      meta,
      mounts,
      network: fc.constantFrom("sandbox" as const, "host" as const, "none" as const),
      secrets: fc.array(fc.record({ ...credential, target: path, env: word }), { maxLength: 2 }),
      ssh: fc.array(fc.record({ ...credential, target: path }), { maxLength: 2 }),
    },
    { requiredKeys: ["kind", "meta", "mounts"] },
  );
}

/** Graphs of all kinds of vertices, some of them shared or equal. Every edge leads to output 0, which all of them have. */
export const edges: fc.Arbitrary<Edge> = fc.letrec<{ edge: Edge; leaf: Edge }>((tie) => ({
  leaf: fc
    .tuple(fc.record({ kind: fc.constant("source" as const), identifier: word, attrs: textMap() }), base)
    .map(([fields, common]) => edgeTo({ ...common, ...fields })),
  edge: fc.oneof(
    { maxDepth: 2, depthSize: "xsmall" },
    tie("leaf"),
    fc.tuple(execOn(tie("edge")), base).map(([fields, common]) => edgeTo({ ...common, ...fields })),
    fc
      .tuple(tie("edge"), fc.array(actionOn(tie("edge")), { minLength: 1, maxLength: 4 }), base)
      .map(([on, actions, common]) => edgeTo({ kind: "file", ...common, base: on, actions })),
    fc
      .tuple(tie("edge"), tie("edge"), base)
      .map(([a, b, common]) => edgeTo({ kind: "merge", ...common, inputs: [a, b, a] })),
    fc.tuple(tie("edge"), tie("edge")).map(([lower, upper]) => edgeTo({ kind: "diff", lower, upper })),
    tie("edge").map((source) => edgeTo({ kind: "build", source })),
    fc
      .tuple(word, tie("edge"), tie("edge"))
      .map(([id, a, b]) => edgeTo({ kind: "passthrough", id, inputs: [a, b], outputs: [1, 0] })),
    tie("edge").map((resolved): Edge => ({ vertex: { kind: "late", resolve: () => resolved }, output: 0 })),
  ),
})).edge;

function edgeTo(vertex: Vertex): Edge {
  return { vertex, output: 0 };
}
