import { describe, expect, test } from "vitest";
import { definitionJson, dump } from "../../src/llb/dump.ts";
import { marshal } from "../../src/llb/marshal.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import type { Edge } from "../../src/llb/vertex.ts";

const platform = { os: "linux", architecture: "arm64", variant: "v8" };
const sourceMap = { filename: "Dockerfile", language: "Dockerfile", data: Buffer.from("FROM a\nRUN x\n") };

function at(line: number) {
  return [{ sourceMap, ranges: [{ start: { line, character: 0 }, end: { line, character: 0 } }] }];
}

const base: Edge = {
  vertex: {
    kind: "source",
    identifier: "docker-image://a",
    attrs: new Map([["image.resolvemode", "pull"]]),
    metadata: { description: new Map([["llb.customname", 'FROM "a" \u001b[31m']]), caps: ["source.image"] },
    locations: at(1),
  },
  output: 0,
};
const exec: Edge = {
  vertex: {
    kind: "exec",
    meta: {
      args: ["sh", "-c", "echo it's\n"],
      env: ["A=b"],
      cwd: "/w",
      ulimits: [{ name: "nofile", soft: -1n, hard: 9007199254740993n }],
    },
    mounts: [
      { target: "/", source: base },
      { target: "/c", cache: { id: "/c", sharing: "locked" } },
      { target: "/b", source: base, selector: "/x", readonly: true },
    ],
    network: "none",
    secrets: [{ id: "s", target: "/run/secrets/s", uid: 0, gid: 0, mode: 0o400, optional: true }],
    metadata: { ignoreCache: true, exportCache: false },
    locations: at(2),
  },
  output: 0,
};
const copy: Edge = {
  vertex: {
    kind: "file",
    base: exec,
    actions: [
      { kind: "mkdir", path: "/d", mode: 0o755, makeParents: true, owner: { user: { name: "app" }, group: { id: 0 } } },
      { kind: "copy", source: base, src: "/a", dest: "/d/", mode: "u+x", allowWildcard: true, timestamp: 5n },
      { kind: "mkfile", path: "/f", mode: 0o644, data: Buffer.from("hello") },
    ],
  },
  output: 0,
};
const definition = unmarshal(marshal(copy, { platform }).definition.bytes);

describe("as text", () => {
  test("every op says what it does, with inputs by number and no control characters", () => {
    const text = dump(definition, "text").replaceAll(/sha256:[0-9a-f]{64}/g, "sha256:…");
    expect(text).toMatchInlineSnapshot(`
      "#1 sha256:…
         source docker-image://a
         image.resolvemode = pull
         platform linux/arm64/v8
         llb.customname: FROM "a" \\u001b[31m
         needs source.image
         from Dockerfile:1

      #2 sha256:…
         exec sh -c "echo it's\\n"
         in /w
         env A=b
         ulimit nofile -1:9007199254740993
         network none
         mount /: bind of #1, output 0
         mount /b: bind of #1 at /x, read-only
         mount /c: cache /c, locked
         mount /run/secrets/s: secret s, mode 0400, owner 0:0, optional
         platform linux/arm64/v8
         ignores the cache
         never exports its cache
         needs exec.meta.base, exec.meta.network, exec.meta.ulimit, exec.mount.bind, exec.mount.cache, exec.mount.cache.sharing, exec.mount.secret, exec.mount.selector
         from Dockerfile:2

      #3 sha256:…
         file
         a1: make directory /d (mode 0755, with parents, owner app of #2:0) on #2
         a2: copy /a of #1 to /d/ (mode u+x, time 5 ns, allowWildcard) on a1
         a3: write /f (5 bytes, mode 0644) on a2, output 0
         needs file.base

      #4 sha256:…
         result #3
         needs constraints, meta.description, meta.exportcache, meta.ignorecache, platform
      "
    `);
  });

  test("scratch is told", () => {
    expect(dump(unmarshal(new Uint8Array()), "text")).toBe("scratch: no ops\n");
  });
});

describe("as JSON", () => {
  test("ops are in protobuf's JSON form", () => {
    expect(JSON.parse(dump(definition, "json"))).toEqual(definitionJson(definition));
    expect(definitionJson(definition)).toMatchObject({
      ops: [
        {
          digest: definition.digests[0],
          op: {
            source: { identifier: "docker-image://a", attrs: { "image.resolvemode": "pull" } },
            platform: { Architecture: "arm64", OS: "linux", Variant: "v8" },
            constraints: {},
          },
          metadata: { caps: { "source.image": true } },
          locations: { locations: [{ ranges: [{ start: { line: 1 }, end: { line: 1 } }] }] },
        },
        {
          op: {
            inputs: [{ digest: definition.digests[0] }],
            exec: {
              meta: { ulimit: [{ Name: "nofile", Soft: "-1", Hard: "9007199254740993" }] },
              mounts: [
                { dest: "/" },
                { selector: "/x", dest: "/b", output: "-1", readonly: true },
                {
                  input: "-1",
                  dest: "/c",
                  output: "-1",
                  mountType: "CACHE",
                  cacheOpt: { ID: "/c", sharing: "LOCKED" },
                },
                { input: "-1", dest: "/run/secrets/s", mountType: "SECRET", secretOpt: { ID: "s", mode: 256 } },
              ],
              network: "NONE",
            },
          },
          metadata: { ignoreCache: true, exportCache: {} },
        },
        {
          op: {
            file: {
              actions: [
                {
                  secondaryInput: "-1",
                  output: "-1",
                  mkdir: {
                    path: "/d",
                    mode: 493,
                    makeParents: true,
                    owner: { user: { byName: { name: "app" } }, group: { byID: 0 } },
                    timestamp: "-1",
                  },
                },
                { input: "2", secondaryInput: "1", output: "-1", copy: { modeStr: "u+x", timestamp: "5" } },
                { input: "3", mkfile: { data: "aGVsbG8=" } },
              ],
            },
          },
        },
        { op: { inputs: [{ digest: definition.digests[2] }] } },
      ],
      sources: [{ filename: "Dockerfile", language: "Dockerfile", data: sourceMap.data.toString("base64") }],
    });
  });
});

describe("as dot", () => {
  test("nodes are quoted, arrows lead from an input to its user", () => {
    const dot = dump(definition, "dot");
    expect(dot).toContain(`"${definition.digests[0]}" [label="FROM \\"a\\" \\\\u001b[31m" shape=ellipse];`);
    expect(dot).toContain(`"${definition.digests[0]}" -> "${definition.digests[1]}";`);
    expect(dot.match(/->/g)).toHaveLength(4);
  });
});
