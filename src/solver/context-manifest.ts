import { createHash } from "node:crypto";
import { fileHash, headerDigest } from "../graph/cache-map/file-digest.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { Manifest, ManifestFile } from "../graph/history/manifest.ts";
import { fileIn, type KnownFiles, ManifestLines, manifestLine, type SeenFile } from "../graph/history/manifest-json.ts";
import type { SourceOp } from "../llb/op.ts";
import type { LocalSource } from "./buildkit/attachable.ts";
import { diskTree } from "./buildkit/filesync/disk-tree.ts";
import { kindOf, permissionsOf } from "./buildkit/filesync/file-mode.ts";
import { type Listing, listTree } from "./buildkit/filesync/listing.ts";
import { memoryTree } from "./buildkit/filesync/memory-tree.ts";
import type { SelectionRequest } from "./buildkit/filesync/selection.ts";
import { contentsChanged, type Tree } from "./buildkit/filesync/tree.ts";
import type { WalkedEntry } from "./buildkit/filesync/walk.ts";

export interface ManifestOptions {
  readonly signal: AbortSignal;
  /** Of an earlier build: what has the same stamp in it is not read again. */
  readonly known?: KnownFiles | undefined;
}

/** So much is read of one folder, in bytes. */
const most = 1 << 30;

/** A vertex that reads a local folder. */
export interface LocalVertex {
  readonly digest: string;
  readonly op: SourceOp;
}

export function localVertices({ graph }: Compilation): readonly LocalVertex[] {
  return graph.vertices.flatMap(({ op, digest }) =>
    op.kind === "source" && op.identifier.startsWith("local://") ? [{ op, digest }] : [],
  );
}

/** What a worker would be offered of a local folder for a source op; undefined where something cannot be read. */
export function listSource(source: LocalSource, op: SourceOp): Listing | undefined {
  try {
    return listTree(treeOf(source), sourceName(op), requestOf(op));
  } catch {
    return undefined;
  }
}

/** Whether a listing is of what a source op reads. */
export function isListingOf({ name, request }: Listing, op: SourceOp): boolean {
  const asked = requestOf(op);
  return (
    name === sourceName(op) &&
    isSame(request.includePatterns, asked.includePatterns) &&
    isSame(request.excludePatterns, asked.excludePatterns) &&
    isSame(request.followPaths, asked.followPaths)
  );
}

/** The name of a local source, as the session knows it. */
export function sourceName({ identifier }: SourceOp): string {
  return identifier.slice("local://".length);
}

/**
 * What was listed of a local source, with the digests that the worker will find. Undefined where that cannot be said:
 * something cannot be read, has changed meanwhile, or is more than is looked at. Never rejects but by an abort of the
 * signal.
 */
export async function manifestOf(
  source: LocalSource,
  { entries }: Listing,
  { signal, known: lastKnown }: ManifestOptions,
): Promise<Manifest | undefined> {
  if (entries === undefined) return undefined;
  const lines: string[] = [];
  /** Of files that have several names. */
  const byPath = new Map<string, string>();
  let bytes = 0;
  try {
    const tree = treeOf(source);
    for (const entry of entries) {
      const { path, stat, link } = entry;
      const seen = seenFile(entry);
      const known = link === undefined ? lastKnown?.find(seen) : anotherName(byPath.get(link), seen);
      if (known === undefined) bytes += seen.size;
      if (bytes > most) return undefined;
      const line = known ?? (await readLine(tree, stat, seen, signal));
      if (line === undefined) return undefined;
      lines.push(line);
      if (stat.hasOtherNames) byPath.set(path, line);
      if (lines.length % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    return new ManifestLines(lines);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function anotherName(line: string | undefined, seen: SeenFile): string | undefined {
  return line && manifestLine({ ...fileIn(line), ...seen });
}

async function readLine(
  tree: Tree,
  stat: WalkedEntry["stat"],
  seen: SeenFile,
  signal: AbortSignal,
): Promise<string | undefined> {
  const file = await readFile(tree, stat, seen, signal);
  return file && manifestLine(file);
}

function treeOf(source: LocalSource): Tree {
  return source.kind === "memory" ? memoryTree(source.files) : diskTree(source.path);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
function requestOf({ attrs }: SourceOp): SelectionRequest {
  return {
    includePatterns: textsIn(attrs.get("local.includepattern")),
    excludePatterns: textsIn(attrs.get("local.excludepatterns")),
    followPaths: textsIn(attrs.get("local.followpaths")),
  };
}

function textsIn(json = "[]"): readonly string[] {
  const texts: unknown = JSON.parse(json);
  return Array.isArray(texts) ? texts.map(String) : [];
}

function seenFile({ path, stat }: WalkedEntry): SeenFile {
  const kind = kindOf(stat.mode) ?? "file";
  const size = kind === "file" && !stat.isSocket ? stat.size : 0;
  const { target, mode } = stat;
  return { path, kind, permissions: permissionsOf(mode), size, target, stamp: stampOf(stat) };
}

function stampOf({ inode, mtime }: WalkedEntry["stat"]): string {
  return `${inode.toString(16)}.${mtime.toString(16)}`;
}

async function readFile(
  tree: Tree,
  stat: WalkedEntry["stat"],
  seen: SeenFile,
  signal: AbortSignal,
): Promise<ManifestFile | undefined> {
  const { path, kind, permissions, size, target } = seen;
  const { devMajor, devMinor } = stat;
  const header = { kind, permissions, size, target, devMajor, devMinor, uid: 0, gid: 0 };
  if (size === 0) return { ...seen, digest: headerDigest(header), content: "" };
  const hash = fileHash(header);
  const content = createHash("sha256");
  const isRead = await eachPiece(tree, path, stat, signal, (piece) => {
    hash.update(piece);
    content.update(piece);
  });
  if (!isRead) return undefined;
  return { ...seen, digest: `sha256:${hash.digest("hex")}`, content: content.digest("hex") };
}

const pieceSize = 256 * 1024;
/** Filled and used up between two turns of the event loop. */
const piece = Buffer.alloc(pieceSize);

/** Gives a file piece by piece; false where it is no longer the one that was listed. */
async function eachPiece(
  tree: Tree,
  path: string,
  stat: WalkedEntry["stat"],
  signal: AbortSignal,
  take: (piece: Uint8Array) => void,
): Promise<boolean> {
  if (stat.size <= pieceSize) {
    if (tree.readWhole(path, stat, piece, 0) === contentsChanged) return false;
    take(piece.subarray(0, stat.size));
    return true;
  }
  const file = tree.open(path, stat);
  if (file === contentsChanged) return false;
  const buffer = Buffer.allocUnsafeSlow(pieceSize);
  try {
    for (let left = stat.size; left > 0; ) {
      const length = Math.min(left, pieceSize);
      if ((await file.read(buffer, 0, length)) === contentsChanged) return false;
      signal.throwIfAborted();
      take(buffer.subarray(0, length));
      left -= length;
    }
    return file.isUnchanged();
  } finally {
    file.close();
  }
}
