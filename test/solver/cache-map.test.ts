import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/digest.ts";
import { cacheMapOf } from "../../src/graph/cache-map/cache-map-of.ts";
import { contentDigest } from "../../src/graph/cache-map/content-digest.ts";
import { type Manifest, treeOf } from "../../src/graph/history/manifest.ts";
import { KnownFiles, manifestsText } from "../../src/graph/history/manifest-json.ts";
import { decodeOp } from "../../src/llb/decode-op.ts";
import type { Op, SourceOp } from "../../src/llb/op.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import {
  listSource,
  type ManifestOptions,
  manifestOf as manifestOfListing,
} from "../../src/solver/context-manifest.ts";
import { folderWith } from "../cli/rig.ts";

/**
 * What BuildKit 0.25 wrote with `--cache-to type=local,mode=max` of a build of all kinds of COPY, ADD and mounts: the
 * digests of the keys of its records, and of their selectors; with the definition and the files that were built.
 */
const exported: {
  readonly files: readonly {
    readonly path: string;
    readonly mode: string;
    readonly kind: "file" | "folder" | "link" | "hard link";
    readonly content?: string;
    readonly target?: string;
  }[];
  readonly definition: string;
  readonly records: readonly string[];
  readonly selectors: readonly string[];
} = JSON.parse(readFileSync(new URL("./exported-cache.json", import.meta.url), "utf8"));

const definition = unmarshal(Buffer.from(exported.definition, "base64"));
const ops = new Map(definition.def.map((bytes, index) => [definition.digests[index] ?? "", decodeOp(bytes)]));
const nameOf = (digest: string) => definition.metadata.get(digest)?.description?.get("llb.customname") ?? "";
const keyed = [...ops].filter(([, { kind }]) => kind === "exec" || kind === "file" || kind === "merge");
const options = { signal: new AbortController().signal };

describe("the keys of a worker's cache", () => {
  test.each(keyed.map(([digest, op]) => [nameOf(digest), op] as const))("%s: the cache map", (_, op) => {
    const map = cacheMapOf(op);
    expect(exported.records).toContain(keyOf(map?.digest ?? "", 0));
  });

  test("selectors of inputs that are known by more than their content", () => {
    const wanted = new Set(keyed.flatMap(([, op]) => cacheMapOf(op)?.deps ?? []).map(({ selector }) => selector));
    expect(exported.selectors.length).toBeGreaterThan(3);
    for (const selector of exported.selectors) expect(wanted).toContain(selector);
  });

  test("the content that steps read of the context", async () => {
    const manifest = await manifestOf(exportedFolder());
    const digests = keyed.flatMap(([digest, op]) => readsOf(op).map((reads) => [nameOf(digest), reads] as const));
    expect(digests.length).toBe(19);
    for (const [name, reads] of digests) {
      const content = contentDigest(treeOf(manifest), reads, { places: "names" });
      expect.soft(exported.records, name).toContain(keyOf(content ?? "", -1));
    }
  });

  test("a later worker tells files of one name at other places apart", async () => {
    const tree = treeOf(await manifestOf(exportedFolder()));
    const [wild] = keyed.flatMap(([, op]) => readsOf(op)).filter((reads) => reads.some(({ wildcard }) => wildcard));
    expect(contentDigest(tree, wild ?? [])).not.toBe(contentDigest(tree, wild ?? [], { places: "names" }));
  });
});

describe("what counts of a file", () => {
  test("its time does not; content, mode, name and kind do", async () => {
    const folder = exportedFolder();
    const whole = async () => contentDigest(treeOf(await manifestOf(folder)), []);
    const first = await whole();
    utimesSync(join(folder, "src/a.txt"), 1, 1);
    expect(await whole()).toBe(first);
    chmodSync(join(folder, "src/a.txt"), 0o644);
    expect(await whole()).not.toBe(first);
    chmodSync(join(folder, "src/a.txt"), 0o755);
    expect(await whole()).toBe(first);
    writeFileSync(join(folder, "src/a.txt"), "A\n");
    expect(await whole()).not.toBe(first);
  });

  test("a path that leads nowhere has no content", async () => {
    const tree = treeOf(await manifestOf(exportedFolder()));
    const at = (path: string) => [
      { path, wildcard: false, followLinks: true, includePatterns: [], excludePatterns: [] },
    ];
    expect(contentDigest(tree, at("/nowhere"))).toBeUndefined();
    expect(contentDigest(tree, at("/src/link/a"))).toBeUndefined();
    expect(contentDigest(tree, at("/src/folder/../a.txt"))).toBe(contentDigest(tree, at("/src/a.txt")));
  });

  test("links that go round in a circle have none", async () => {
    const folder = folderWith({});
    symlinkSync("b", join(folder, "a"));
    symlinkSync("a", join(folder, "b"));
    const tree = treeOf(await manifestOf(folder, allOf));
    const reads = [{ path: "/a/x", wildcard: false, followLinks: true, includePatterns: [], excludePatterns: [] }];
    expect(contentDigest(tree, reads)).toBeUndefined();
  });
});

test("a manifest takes over what has not changed, by the stamp of the file", async () => {
  const folder = folderWith({ "a.txt": "a", "b.txt": "b" });
  const first = await manifestOf(folder, allOf);
  const told = { files: first.files.map((file) => ({ ...file, digest: `known ${file.path}` })) };
  const known = new KnownFiles(manifestsText(new Map([["told", told]])), "told");
  writeFileSync(join(folder, "b.txt"), "other");
  const second = await readFolder(folder, allOf, { ...options, known });
  expect(second?.files.map(({ digest }) => digest.startsWith("known"))).toEqual([true, false]);
});

/** As the worker names records: of outputs by their number, of content by none. */
function keyOf(digest: string, output: number): string {
  return digestOf(`${digest}@${output}`);
}

function readsOf(op: Op) {
  return (cacheMapOf(op)?.deps ?? []).flatMap(({ content }, index) => {
    const input = ops.get(op.inputs[index]?.digest ?? "");
    const isLocal = input?.kind === "source" && input.identifier.startsWith("local://");
    return content === undefined || !isLocal ? [] : [content];
  });
}

const allOf: SourceOp = {
  kind: "source",
  identifier: "local://context",
  attrs: new Map(),
  inputs: [],
  platform: undefined,
  workerConstraints: undefined,
};

async function manifestOf(path: string, source?: SourceOp): Promise<Manifest> {
  const own = [...ops.values()].find((op) => op.kind === "source" && op.identifier.startsWith("local://"));
  const op = source ?? (own?.kind === "source" ? own : allOf);
  const manifest = await readFolder(path, op, options);
  if (manifest === undefined) throw new Error("the folder cannot be read");
  return manifest;
}

async function readFolder(path: string, op: SourceOp, options: ManifestOptions): Promise<Manifest | undefined> {
  const source = { kind: "folder", path } as const;
  const listing = listSource(source, op);
  return listing && manifestOfListing(source, listing, options);
}

function exportedFolder(): string {
  const folder = folderWith({});
  const at = (path: string) => join(folder, path);
  for (const { path, kind, content = "", target = "" } of exported.files) {
    if (kind === "folder") mkdirSync(at(path));
    else if (kind === "link") symlinkSync(target, at(path));
    else if (kind === "hard link") linkSync(at(target), at(path));
    else writeFileSync(at(path), content);
  }
  for (const { path, kind, mode } of exported.files) if (kind !== "link") chmodSync(at(path), Number.parseInt(mode, 8));
  return folder;
}
