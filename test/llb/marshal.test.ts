import { describe, expect, test } from "vitest";
import { capSetWithout, fullCapSet } from "../../src/llb/caps.ts";
import { edgeOf } from "../../src/llb/edge-of.ts";
import { outputOfMount } from "../../src/llb/exec-op.ts";
import { type MarshalOptions, marshal } from "../../src/llb/marshal.ts";
import { MarshalError } from "../../src/llb/marshal-error.ts";
import type { Op } from "../../src/llb/op.ts";

import { unmarshal } from "../../src/llb/unmarshal.ts";
import type {
  Edge,
  ExecMount,
  ExecVertex,
  FileVertex,
  LateVertex,
  SourceMap,
  SourceVertex,
} from "../../src/llb/vertex.ts";
import { loadCompileCases } from "../conformance/load.ts";

const linux = { os: "linux", architecture: "amd64" };
const options: MarshalOptions = { platform: linux, caps: fullCapSet(), localUniqueId: "unique" };

function image(name: string, extra: Partial<SourceVertex> = {}): Edge {
  const vertex: SourceVertex = { kind: "source", identifier: `docker-image://${name}`, ...extra };
  return { vertex, output: 0 };
}

function run(base: Edge | undefined, command: string, extra: Partial<ExecVertex> = {}): Edge {
  const root: ExecMount = { target: "/", source: base };
  const { mounts = [], ...rest } = extra;
  const meta = { args: ["/bin/sh", "-c", command], env: ["PATH=/bin"], cwd: "/" };
  return { vertex: { kind: "exec", meta, mounts: [...mounts, root], ...rest }, output: 0 };
}

function ops(root: Edge | undefined, given: Partial<MarshalOptions> = {}): readonly Op[] {
  const result = marshal(root, { ...options, ...given });
  const read = unmarshal(result.definition.bytes);
  expect(result.vertices.map(({ op }) => op)).toEqual(read.ops.slice(0, -1));
  expect(read.digests).toEqual(result.definition.digests);
  expect(read.metadata).toEqual(result.definition.metadata);
  return read.ops;
}

function only<Kind extends Op["kind"]>(found: readonly Op[], kind: Kind): Extract<Op, { kind: Kind }> {
  const op = found.find((one): one is Extract<Op, { kind: Kind }> => one.kind === kind);
  if (op === undefined) throw new Error(`no ${kind} among the ops`);
  return op;
}

function capsOf(root: Edge, given: Partial<MarshalOptions> = {}): string[] {
  const { definition } = marshal(root, { ...options, ...given });
  return [...(definition.metadata.get(definition.digests.at(-2) ?? "")?.caps ?? [])];
}

describe("the walk", () => {
  test("scratch is the empty definition", () => {
    const empty = { def: [], digests: [], source: undefined, bytes: new Uint8Array() };
    expect(marshal(undefined, options).definition).toMatchObject(empty);
    const late: LateVertex = { kind: "late", resolve: () => undefined };
    expect(marshal({ vertex: late, output: 0 }, options).definition).toMatchObject(empty);
  });

  test("inputs come before their users, each once", () => {
    const base = image("a");
    const left = run(base, "left");
    const right = run(base, "right");
    const merged: Edge = { vertex: { kind: "merge", inputs: [left, right, base] }, output: 0 };
    const found = ops(merged);
    expect(found.map(({ kind }) => kind)).toEqual(["source", "exec", "exec", "merge", "head"]);
    expect(only(found, "merge")).toMatchObject({ layers: [0, 1, 2], platform: undefined });
  });

  test("a late vertex is asked once, and its edge counts", () => {
    let asked = 0;
    const vertex: LateVertex = {
      kind: "late",
      resolve() {
        asked++;
        return image("late");
      },
    };
    const found = ops(run({ vertex, output: 7 }, "x", { mounts: [{ target: "/m", source: { vertex, output: 7 } }] }));
    expect(asked).toBe(1);
    expect(only(found, "exec").inputs).toEqual([{ digest: expect.any(String), output: 0 }]);
  });

  test("a chain of twelve thousand steps is no problem", { timeout: 60_000 }, () => {
    let edge = image("base");
    for (let step = 0; step < 12_000; step++) edge = run(edge, String(step));
    expect(marshal(edge, options).definition.def).toHaveLength(12_002);
  });

  test("a cycle is a bug that is told", () => {
    const late: { edge?: Edge } = {};
    const loop = run({ vertex: { kind: "late", resolve: () => late.edge }, output: 0 }, "loop");
    late.edge = loop;
    expect(() => marshal(loop, options)).toThrow("own input");
  });

  test("the sources of a file vertex are met from the last copy on, but are numbered from the first", () => {
    const copy = (source: Edge) => ({ kind: "copy" as const, source, src: "/x", dest: "/" });
    const vertex: FileVertex = { kind: "file", base: image("base"), actions: [copy(image("one")), copy(image("two"))] };
    const { definition } = marshal({ vertex, output: 0 }, options);
    const found = unmarshal(definition.bytes).ops;
    const names = found.flatMap((op) => (op.kind === "source" ? [op.identifier.slice(-3)] : []));
    expect(names).toEqual(["ase", "two", "one"]);
    expect(only(found, "file").inputs.map(({ digest }) => definition.digests.indexOf(digest))).toEqual([0, 2, 1]);
  });
});

describe("equal ops", () => {
  const sourceMap: SourceMap = {
    filename: "Dockerfile",
    language: "Dockerfile",
    data: Buffer.from("FROM a\nFROM a\n"),
  };
  const at = (line: number, map = sourceMap) => [
    { sourceMap: map, ranges: [{ start: { line, character: 0 }, end: { line, character: 0 } }] },
  ];

  test("become one, with the metadata and the places of both", () => {
    const first = image("a", {
      locations: at(1),
      metadata: {
        description: new Map([
          ["k", "1"],
          ["only", "first"],
        ]),
        caps: ["x"],
        progressGroup: { id: "p", name: "p", weak: true },
      },
    });
    const second = image("a", {
      locations: at(2, { ...sourceMap, data: Buffer.from(sourceMap.data) }),
      metadata: { description: new Map([["k", "2"]]), caps: ["a"], ignoreCache: true, exportCache: false },
    });
    const { definition, vertices } = marshal(run(first, "x", { mounts: [{ target: "/z", source: second }] }), options);
    expect(definition.def).toHaveLength(3);
    const digest = definition.digests[0] ?? "";
    expect(definition.metadata.get(digest)).toEqual({
      description: new Map([
        ["k", "2"],
        ["only", "first"],
      ]),
      ignoreCache: true,
      exportCache: false,
      caps: ["a", "x"],
      progressGroup: { id: "p", name: "p", weak: true },
    });
    expect(definition.source?.infos).toHaveLength(1);
    expect(definition.source?.locations.get(digest)?.map(({ ranges }) => ranges[0]?.start.line)).toEqual([1, 2]);
    expect(vertices[0]?.drafts).toEqual([first.vertex, second.vertex]);
    const head = definition.metadata.get(definition.digests.at(-1) ?? "");
    expect(head?.caps).toEqual(["constraints", "meta.description", "meta.exportcache", "meta.ignorecache", "platform"]);
  });

  test("of one object have its places once", () => {
    const base = image("a", { locations: at(1) });
    const { definition } = marshal(run(base, "x", { mounts: [{ target: "/z", source: base }] }), options);
    expect(definition.source?.locations.get(definition.digests[0] ?? "")).toHaveLength(1);
  });

  test("the loader of a source text can be a draft", () => {
    const loader: Edge = {
      vertex: { kind: "source", identifier: "local://dockerfile", attrs: new Map([["local.session", "s"]]) },
      output: 0,
    };
    const { definition } = marshal(image("a", { locations: at(1, { ...sourceMap, definition: loader }) }), options);
    const nested = marshal(loader, options).definition;
    expect(unmarshal(definition.bytes).source?.infos[0]?.definition?.bytes).toEqual(nested.bytes);
  });
});

describe("a command", () => {
  test("has its mounts by target, inputs once, outputs counted over the mounts that keep something", () => {
    const base = image("a");
    const mounts: ExecMount[] = [
      { target: "/z", source: base },
      { target: "/b", source: image("b"), readonly: true, selector: "/s" },
      { target: "/c", cache: { id: "c", sharing: "locked" } },
      { target: "/d", source: base, noOutput: true, contentCache: "off" },
      { target: "/e", tmpfs: { size: 1n << 40n } },
    ];
    const { vertex } = run(base, "x", { mounts });
    const exec = only(ops({ vertex, output: 0 }), "exec");
    expect(exec.mounts.map(({ dest, kind, input, output }) => [dest, kind, input, output])).toEqual([
      ["/", "bind", 0, 0],
      ["/b", "bind", 1, -1],
      ["/c", "cache", -1, -1],
      ["/d", "bind", 0, -1],
      ["/e", "tmpfs", -1, -1],
      ["/z", "bind", 0, 1],
    ]);
    if (vertex.kind !== "exec") throw new Error("not an exec");
    const [kept, dropped] = mounts;
    if (kept === undefined || dropped === undefined) throw new Error("no mounts");
    expect(outputOfMount(vertex, kept)).toBe(1);
    expect(() => outputOfMount(vertex, dropped)).toThrow("/b");
    expect(capsOf({ vertex, output: 0 })).toEqual([
      "exec.meta.base",
      "exec.meta.setsdefaultpath",
      "exec.mount.bind",
      "exec.mount.cache",
      "exec.mount.cache.content",
      "exec.mount.cache.sharing",
      "exec.mount.selector",
      "exec.mount.tmpfs",
      "exec.mount.tmpfs.size",
    ]);
  });

  test("has secrets and agents after the mounts, in the order given", () => {
    const owner = { uid: 0, gid: 0, mode: 0o400 };
    const exec = only(
      ops(
        run(image("a"), "x", {
          secrets: [
            { id: "s", target: "/zz", ...owner },
            { id: "e", env: "E", ...owner, optional: true },
            { id: "both", target: "/aa", env: "BOTH", ...owner },
          ],
          ssh: [
            { id: "", ...owner, mode: 0o600 },
            { id: "k", target: "/sock", ...owner },
          ],
        }),
      ),
      "exec",
    );
    expect(exec.mounts.map(({ dest }) => dest)).toEqual(["/", "/zz", "/aa", "/run/buildkit/ssh_agent.0", "/sock"]);
    expect(exec.secretEnv.map(({ name }) => name)).toEqual(["E", "BOTH"]);
    expect(exec.meta.env).toEqual(["PATH=/bin", "SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0"]);
  });

  test("gets a PATH only from a frontend whose worker sets none", () => {
    const meta = { args: ["x"], env: ["A=b"], cwd: "/" };
    const caps = capSetWithout(["exec.meta.setsdefaultpath"]);
    const exec = (given: Partial<MarshalOptions>) => only(ops(run(image("a"), "", { meta }), given), "exec").meta.env;
    expect(exec({})).toEqual(["A=b"]);
    expect(exec({ caps: undefined })).toEqual(["A=b"]);
    expect(exec({ caps })).toEqual(["A=b", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]);
    expect(exec({ caps, platform: { os: "windows", architecture: "amd64" } })).toEqual(["A=b"]);
  });

  test("asks for what its fields need", () => {
    const root = run(image("a"), "x", {
      meta: {
        args: ["x"],
        cwd: "/",
        ulimits: [{ name: "nofile", soft: -1n, hard: (1n << 63n) - 1n }],
        proxy: {},
        validExitCodes: [0, 1, 2],
        extraHosts: [{ host: "h", ip: "::1" }],
      },
      network: "host",
      security: "insecure",
      cdiDevices: [{ name: "v/c=d" }],
      secrets: [{ id: "e", env: "E", uid: 0, gid: 0, mode: 0 }],
      ssh: [{ id: "", uid: 0, gid: 0, mode: 0 }],
      metadata: { linuxResources: { memorySwap: -1n }, caps: ["own"] },
    });
    expect(capsOf(root, { caps: undefined })).toEqual([
      "exec.meta.base",
      "exec.meta.cdi",
      "exec.meta.linux.resources",
      "exec.meta.network",
      "exec.meta.proxyenv",
      "exec.meta.security",
      "exec.meta.ulimit",
      "exec.mount.bind",
      "exec.mount.secret",
      "exec.mount.ssh",
      "exec.secretenv",
      "exec.validexitcode",
      "own",
    ]);
    const { meta } = only(ops(root), "exec");
    expect(meta.ulimits).toEqual([{ name: "nofile", soft: -1n, hard: (1n << 63n) - 1n }]);
    expect(meta.proxy).toEqual({});
  });

  test("is refused without a command, with an empty directory, with text that has no UTF-8 form", () => {
    const problem = (meta: ExecVertex["meta"]) => {
      try {
        marshal(run(image("a"), "", { meta }), options);
      } catch (error) {
        return error instanceof MarshalError ? error.problem : error;
      }
      return undefined;
    };
    expect(problem({ args: [], cwd: "/" })).toBe("no-arguments");
    expect(problem({ args: ["x"], cwd: "" })).toBe("no-working-directory");
    expect(problem({ args: ["\ud800"], cwd: "/" })).toBe("not-utf8");
    expect(problem({ args: ["😀"], cwd: "/" })).toBeUndefined();
  });
});

describe("sources", () => {
  test("only images and layouts carry a platform", () => {
    const arm = { os: "linux", architecture: "arm64" };
    const platformOf = (identifier: string) =>
      only(ops({ vertex: { kind: "source", identifier, platform: arm }, output: 0 }), "source").platform;
    expect(platformOf("docker-image://a")).toEqual(arm);
    expect(platformOf("oci-layout://a")).toEqual(arm);
    expect(platformOf("docker-image+blob://a")).toBeUndefined();
    expect(platformOf("https://example.org/")).toBeUndefined();
    expect(only(ops(image("a")), "source").platform).toEqual(linux);
  });

  test("a local source without a session is made unique", () => {
    const local: Edge = { vertex: { kind: "source", identifier: "local://c" }, output: 0 };
    expect(only(ops(local), "source").attrs).toEqual(new Map([["local.unique", "unique"]]));
    expect(capsOf(local)).toEqual(["source.local.unique"]);
    expect(() => marshal(local, { platform: linux })).toThrow("localUniqueId");
  });

  test("attributes are written by the bytes of their keys, whatever these are", () => {
    const keys = ["\u{1f600}", "\uffff", "10", "9", "__proto__", "constructor", "", "é"];
    const attrs = new Map(keys.map((key) => [key, `value of ${key}`]));
    const found = only(ops({ vertex: { kind: "source", identifier: "git://x", attrs }, output: 0 }), "source").attrs;
    expect(found).toEqual(attrs);
    const { definition } = marshal({ vertex: { kind: "source", identifier: "git://x", attrs }, output: 0 }, options);
    const bytes = Buffer.from(definition.def[0] ?? []);
    const written = keys.toSorted((a, b) => bytes.indexOf(`value of ${a}`) - bytes.indexOf(`value of ${b}`));
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(written.filter((key) => key !== "")).toEqual(sorted.filter((key) => key !== ""));
  });
});

describe("file vertices", () => {
  test("a copy can take the result of another chain, which runs before it and once", () => {
    const made = { base: image("two"), actions: [{ kind: "mkdir" as const, path: "m", mode: 0o7755 }] };
    const copy = { kind: "copy" as const, source: made, src: "m/", dest: "d/." };
    const owner = { user: { name: "app" }, group: { id: 0 } };
    const vertex: FileVertex = {
      kind: "file",
      base: image("base"),
      actions: [
        {
          kind: "mkfile",
          path: "/f",
          mode: 0o644,
          data: Buffer.from("x"),
          owner,
          timestamp: 1_700_000_000_123_456_789n,
        },
        { ...copy, mode: "u+x" },
        { ...copy, dest: "//e/", mode: 0 },
        { kind: "rm", path: "/f", allowWildcard: true },
        { kind: "symlink", oldpath: "../a", newpath: "/b" },
      ],
    };
    const file = only(ops({ vertex, output: 0 }), "file");
    expect(
      file.actions.map(({ kind, input, secondaryInput, output }) => [kind, input, secondaryInput, output]),
    ).toEqual([
      ["mkfile", 0, -1, -1],
      ["mkdir", 1, -1, -1],
      ["copy", 2, 3, -1],
      ["copy", 4, 3, -1],
      ["rm", 5, -1, -1],
      ["symlink", 6, -1, 0],
    ]);
    expect(file.actions[0]).toMatchObject({
      owner: { user: { name: "app", input: 0 }, group: { id: 0 } },
      timestamp: 1_700_000_000_123_456_789n,
    });
    expect(file.actions[1]).toMatchObject({ path: "/m", mode: 0o755, timestamp: -1n });
    expect(file.actions[2]).toMatchObject({ src: "/m", dest: "/d/.", mode: 0, modeStr: "u+x" });
    expect(file.actions[3]).toMatchObject({ dest: "/e/", mode: 0, modeStr: "" });
    expect(capsOf({ vertex, output: 0 })).toEqual(["file.base"]);
  });

  test("names of owners on scratch are looked up nowhere", () => {
    const actions = [{ kind: "mkdir" as const, path: "/d", mode: 0o755, owner: { user: { name: "app" } } }];
    const file = only(ops({ vertex: { kind: "file", actions }, output: 0 }), "file");
    expect(file.inputs).toEqual([]);
    expect(file.actions[0]).toMatchObject({ input: -1, owner: { user: { name: "app", input: -1 }, group: undefined } });
  });
});

describe("the other kinds", () => {
  test("diff counts only what is there", () => {
    const diff = (lower?: Edge, upper?: Edge) =>
      only(ops({ vertex: { kind: "diff", lower, upper }, output: 0 }), "diff");
    expect(diff(image("a"), image("b"))).toMatchObject({ lower: 0, upper: 1, inputs: { length: 2 } });
    expect(diff(undefined, image("b"))).toMatchObject({ lower: -1, upper: 0, inputs: { length: 1 } });
    expect(diff(image("a"))).toMatchObject({ lower: 0, upper: -1, inputs: { length: 1 } });
  });

  test("build keeps its platform and names its input", () => {
    const build = only(ops({ vertex: { kind: "build", source: image("a"), filename: "f" }, output: 0 }), "build");
    expect(build).toMatchObject({
      platform: linux,
      builder: -1,
      named: new Map([["buildkit.llb.definition", 0]]),
      attrs: new Map([["llbbuild.filename", "f"]]),
    });
  });

  test("passthrough gives out some of its inputs", () => {
    const inputs = [image("a"), image("b"), image("c")];
    const vertex = { kind: "passthrough" as const, id: "p", inputs, outputs: [2, 0] };
    expect(only(ops({ vertex, output: 1 }), "passthrough")).toMatchObject({ id: "p", outputs: [2, 0] });
    expect(() => ops({ vertex: { ...vertex, outputs: [3] }, output: 0 })).toThrow("passthrough");
  });

  test("worker filters of all vertices stand before those of one", () => {
    const root = image("a", { workerConstraints: ["own"] });
    expect(ops(root, { workerConstraints: ["all"] })[0]?.workerConstraints).toEqual(["all", "own"]);
  });
});

test("one can build on any definition of BuildKit's, and its ops stay as they are", { timeout: 60_000 }, () => {
  for (const { expected } of loadCompileCases()) {
    for (const { definition: text } of expected.platforms ?? []) {
      const read = unmarshal(Buffer.from(text, "base64"));
      const { definition } = marshal(edgeOf(read.bytes), options);
      expect(definition.digests.toSorted()).toEqual(read.digests.toSorted());
      expect(definition.digests.at(-1)).toEqual(read.digests.at(-1));
      expect(definition.metadata).toEqual(read.metadata);
    }
  }
});
