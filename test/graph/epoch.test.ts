import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import type { SourceMetadata } from "../../src/graph/compile-options.ts";
import { EnvList } from "../../src/graph/env-list.ts";
import { type EpochMetadataRequest, resolveEpoch } from "../../src/graph/epoch.ts";
import { InvalidDockerfile } from "../../src/graph/invalid-dockerfile.ts";
import { secondsOf } from "../../src/graph/timestamp.ts";
import type { Edge } from "../../src/llb/vertex.ts";
import { parseDockerfile } from "../../src/parser/index.ts";
import { contextRig, type RigOptions, signal } from "./context/context-rig.ts";

interface Given extends RigOptions {
  readonly dockerfile?: string;
  readonly mainContext?: Edge;
  readonly buildArgs?: ReadonlyMap<string, string>;
  readonly globalArgs?: Readonly<Record<string, string>>;
  readonly metadata?: SourceMetadata;
}

/** The seconds that SOURCE_DATE_EPOCH stands for, and what was asked to find them. */
async function resolve(value: string, given: Given = {}) {
  const { stages, escape: escapeChar } = parseDockerfile(Buffer.from(given.dockerfile ?? "FROM scratch\n"));
  const asked: EpochMetadataRequest[] = [];
  const time = await resolveEpoch(value, {
    build: contextRig(given),
    mainContext: given.mainContext,
    stages,
    globalArgs: EnvList.of(Object.entries(given.globalArgs ?? {})),
    buildArgs: given.buildArgs ?? new Map(),
    escape: escapeChar,
    metadata: async (request) => {
      asked.push(request);
      return given.metadata ?? {};
    },
    signal,
  });
  return { seconds: time && Number(secondsOf(time)), time, asked };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const commit = "tree t\nauthor a <a> 1 +0000\ncommitter c <c> 1620000000 +0200\n\nm\n";

describe("seconds", () => {
  test.each([
    ["0", 0],
    ["-1", -1],
    ["+5", 5],
    ["1700000000", 1_700_000_000],
  ])("%s", async (value, seconds) => {
    expect((await resolve(value)).seconds).toBe(seconds);
  });

  test("nothing is no time; what is no number and no name is an error without a place", async () => {
    expect((await resolve("")).time).toBeUndefined();
    expect(await failure(resolve("yesterday"))).toMatchObject({ rule: "source-date-epoch", lines: [] });
    expect(await failure(resolve("9223372036854775808"))).toBeInstanceOf(InvalidDockerfile);
    expect(await failure(resolve("Yesterday"))).toMatchObject({ rule: "context-name", lines: [] });
  });
});

describe("the main context", () => {
  const git: Edge = {
    vertex: { kind: "source", identifier: "git://example.com/a.git#main", attrs: new Map([["a", "b"]]) },
    output: 0,
  };

  test("a commit has the committer's time and zone", async () => {
    const { time, asked } = await resolve("context", { mainContext: git, metadata: { gitCommitObject: commit } });
    expect(time).toEqual({ nanoseconds: 1_620_000_000_000_000_000n, offset: 7_200 });
    expect(asked).toMatchObject([{ identifier: "git://example.com/a.git#main", gitObjects: true }]);
    expect(new Map(asked[0]?.attrs)).toEqual(new Map([["a", "b"]]));
  });

  test("a folder of a repository is still one source, two sources are none", async () => {
    const copy = (source: Edge): Edge => ({
      vertex: { kind: "file", base: git, actions: [{ kind: "copy", source, src: "/", dest: "/" }] },
      output: 0,
    });
    expect(
      (await resolve("context", { mainContext: copy(git), metadata: { gitCommitObject: commit } })).asked,
    ).toHaveLength(1);
    const other: Edge = { vertex: { kind: "source", identifier: "https://example.com" }, output: 0 };
    expect(await resolve("context", { mainContext: copy(other) })).toMatchObject({ time: undefined, asked: [] });
  });

  test("a local folder tells no time", async () => {
    const mainContext: Edge = {
      vertex: { kind: "source", identifier: "local://context", attrs: new Map() },
      output: 0,
    };
    expect(await resolve("context", { mainContext })).toMatchObject({
      time: undefined,
      asked: [{ gitObjects: false }],
    });
  });

  test("a commit that cannot be read is a failure of the world", async () => {
    const broken = await failure(resolve("context", { mainContext: git, metadata: { gitCommitObject: "tree t\n\n" } }));
    expect(broken).toBeInstanceOf(Failure);
  });
});

describe("a named context", () => {
  test("comes before a stage of that name", async () => {
    const { seconds, asked } = await resolve("src", {
      options: { "context:src": "https://example.com/a.tar" },
      dockerfile: "FROM alpine AS src\n",
      metadata: { httpLastModified: 7 },
    });
    expect(seconds).toBe(7);
    expect(asked).toMatchObject([{ logName: "[internal] resolve SOURCE_DATE_EPOCH named context src" }]);
  });

  test("an error in it has no place", async () => {
    expect(await failure(resolve("src", { options: { "context:src": "nothing" } }))).toMatchObject({ lines: [] });
  });

  test("scratch has no time", async () => {
    expect((await resolve("src", { options: { "context:src": "docker-image://scratch" } })).time).toBeUndefined();
  });
});

describe("a stage with one remote ADD", () => {
  const stage = (...lines: string[]) => `FROM alpine\nFROM scratch AS ref\n${lines.join("\n")}\nFROM alpine\n`;

  test("a download, found by any case of the name", async () => {
    const { seconds, asked } = await resolve("REF".toLowerCase(), {
      dockerfile: stage("ADD https://example.com/dir/a%20b.tgz?x=1 /"),
      metadata: { httpLastModified: 1_630_000_000n },
    });
    expect(seconds).toBe(1_630_000_000);
    expect(asked).toMatchObject([{ identifier: "https://example.com/dir/a%20b.tgz?x=1", gitObjects: false }]);
    expect(asked[0]?.attrs.get("http.filename")).toBe("a b.tgz");
  });

  test("its arguments are expanded; build arguments win over defaults; SOURCE_DATE_EPOCH itself is not seen", async () => {
    const { asked } = await resolve("ref", {
      dockerfile: stage("ARG V=1 W=${V}x", "ARG HOST", "ADD https://${HOST}/${W}/${SOURCE_DATE_EPOCH:-none} /"),
      buildArgs: new Map([["HOST", "h.example"]]),
      globalArgs: { SOURCE_DATE_EPOCH: "ref" },
    });
    expect(asked[0]?.identifier).toBe("https://h.example/1x/none");
  });

  test("a repository, with what flags and address say", async () => {
    const { asked } = await resolve("ref", {
      dockerfile: stage(
        `ADD --keep-git-dir=true --checksum=${"a".repeat(40)} https://e.com/a.git?submodules=false#v1:sub /`,
      ),
    });
    expect(asked[0]?.identifier).toBe("git://e.com/a.git#v1:sub");
    expect(asked[0]?.attrs.get("git.keepgitdir")).toBe("true");
    expect(asked[0]?.attrs.get("git.checksum")).toBe("a".repeat(40));
    expect(asked[0]?.attrs.get("git.skipsubmodules")).toBe("true");
  });

  test("without a Last-Modified, the newest file of a downloaded archive counts", async () => {
    const archive = pack();
    archive.entry({ name: "a", mtime: new Date(50_000) }, "x");
    archive.entry({ name: "b", mtime: new Date(40_000) }, "x");
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
    const dockerfile = stage("ADD https://example.com/a.tgz /");
    expect((await resolve("ref", { dockerfile, download: gzipSync(Buffer.concat(chunks)) })).seconds).toBe(50);
    expect((await resolve("ref", { dockerfile, download: Buffer.from("text") })).time).toBeUndefined();
    expect((await resolve("ref", { dockerfile })).time).toBeUndefined();
  });

  test.each([
    ["FROM alpine AS ref\nADD https://e.com/a /", [1]],
    ["FROM scratch AS ref", [1]],
    ["FROM scratch AS ref\nADD https://e.com/a /\nADD https://e.com/b /", [1]],
    ["FROM scratch AS ref\nADD https://e.com/a https://e.com/b /", [1]],
    ["FROM scratch AS ref\nADD <<EOF /\nx\nEOF", [1]],
    ["FROM scratch AS ref\nADD local /", [1]],
    ["FROM scratch AS ref\nADD github.com/a/b /", [1]],
    ["FROM scratch AS ref\nADD git://e.com/a?x=1 /", [1]],
    ["FROM scratch AS ref\nADD --checksum=sha256:1 https://e.com/a /", [1]],
    ["FROM scratch AS ref\nADD https://e.com/a /\nENV A=1", [1]],
    ["FROM scratch AS ref\nADD ${X:?no} /", [1]],
    ["FROM alpine\nFROM ${X:?no} AS ref", [2]],
  ])("%j does not fit: an error at the FROM line", async (dockerfile, lines) => {
    expect(await failure(resolve("ref", { dockerfile }))).toMatchObject({ name: "InvalidDockerfile", lines });
  });
});
