import { keyOf } from "../cache-map/content-tree.ts";
import type { FileKind } from "../cache-map/file-digest.ts";
import { jsonIn, numberIn, recordIn, textIn, UnreadableRecord } from "./json-reader.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";

/** Manifests by their names, as lines of JSON: of each a head, then a line for each file. */
export function manifestsText(manifests: ReadonlyMap<string, Manifest>): string {
  const lines: string[] = [];
  for (const [name, manifest] of manifests) {
    const own = manifest instanceof ManifestLines ? manifest.lines : manifest.files.map(manifestLine);
    lines.push(`${JSON.stringify({ name, files: own.length })}\n`, own.join(""));
  }
  return lines.join("");
}

/** A manifest as the lines that it is kept in, which are read when somebody asks for the files. */
export class ManifestLines implements Manifest {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  get files(): readonly ManifestFile[] {
    return this.lines.map(fileIn);
  }
}

/** The line of a file, with its end. */
export function manifestLine(file: ManifestFile): string {
  return `${lineStart(file)}${lineEnd(file)}\n`;
}

/**
 * Reads what `manifestsText` wrote.
 * @throws UnreadableRecord
 */
export function parseManifests(text: string): ReadonlyMap<string, Manifest> {
  const lines = linesOf(text);
  const manifests = new Map<string, Manifest>();
  for (let at = 0; at < lines.length; ) {
    const { name, files } = headIn(lines[at]);
    const rows = lines.slice(at + 1, at + 1 + files);
    if (rows.length < files) throw new UnreadableRecord("the manifests are cut off");
    manifests.set(name, { files: rows.map(fileIn) });
    at += 1 + files;
  }
  return manifests;
}

/** What a walk tells of a file. */
export type SeenFile = Omit<ManifestFile, "digest" | "content">;

/**
 * The files of a manifest, to be asked for in the order of a walk, by all that a walk tells of each. A walk of files that
 * are mostly the same meets line by line what it asks for, and nothing else is read.
 */
export class KnownFiles {
  readonly #text: string;
  #at: number;
  #left: number;

  /** @throws UnreadableRecord */
  constructor(text: string, name: string) {
    this.#text = text;
    this.#at = 0;
    this.#left = 0;
    while (this.#at < text.length) {
      const head = headIn(this.#take());
      this.#left = head.files;
      if (head.name === name) return;
      while (this.#left-- > 0) this.#take();
    }
    this.#left = 0;
  }

  /**
   * Its line; undefined for a file that is not there, or was another one. A folder that was there has the digest that it
   * had: a worker that has the folder changes its permissions, and does not look at it again.
   * @throws UnreadableRecord
   */
  find(file: SeenFile): string | undefined {
    const start = lineStart(file);
    for (; this.#left > 0; this.#left--) {
      const line = this.#text.startsWith(start, this.#at) ? undefined : fileIn(this.#line());
      const order = line === undefined ? 0 : comparePaths(line.path, file.path);
      if (order > 0) return undefined;
      const text = this.#take();
      if (order < 0) continue;
      this.#left--;
      if (line === undefined) return text;
      return line.kind === "directory" && file.kind === line.kind ? `${start}${lineEnd(line)}\n` : undefined;
    }
    return undefined;
  }

  #take(): string {
    const line = this.#line();
    this.#at += line.length;
    return line;
  }

  #line(): string {
    const end = this.#text.indexOf("\n", this.#at);
    if (end === -1) throw new UnreadableRecord("the manifests are cut off");
    return this.#text.slice(this.#at, end + 1);
  }
}

const fileKinds: readonly FileKind[] = ["file", "directory", "symlink", "fifo", "block-device", "char-device"];

/** There can be many files: each is a list, without names of fields. What a walk tells comes first. */
function lineStart({ path, kind, permissions, size, target, stamp }: SeenFile): string {
  return `[${quoted(path)},${fileKinds.indexOf(kind)},${permissions},${size},${quoted(target)},${quoted(stamp)},`;
}

function lineEnd({ digest, content }: Pick<ManifestFile, "digest" | "content">): string {
  return `${quoted(digest)},${quoted(content)}]`;
}

/** As `JSON.stringify`, which takes its time for each call. */
function quoted(text: string): string {
  return isPlain.test(text) ? `"${text}"` : JSON.stringify(text);
}

const isPlain = /^[ !#-[\]-~]*$/;

/** In the order of a walk: a folder, then what is in it. */
function comparePaths(a: string, b: string): number {
  const [x, y] = [keyOf(a), keyOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** @throws UnreadableRecord */
export function fileIn(line: string): ManifestFile {
  const fields: unknown = jsonIn(line);
  if (!Array.isArray(fields)) throw new UnreadableRecord("the record lacks a list");
  const [path, kind, permissions, size, target, stamp, digest, content]: readonly unknown[] = fields;
  const known = fileKinds[numberIn(kind)];
  if (known === undefined) throw new UnreadableRecord("the record has a file of no known kind");
  return {
    path: textIn(path),
    kind: known,
    permissions: numberIn(permissions),
    size: numberIn(size),
    target: textIn(target),
    digest: textIn(digest),
    content: textIn(content),
    stamp: textIn(stamp),
  };
}

function headIn(line: string | undefined): { readonly name: string; readonly files: number } {
  const { name, files } = recordIn(jsonIn(line ?? ""));
  return { name: textIn(name), files: numberIn(files) };
}

function linesOf(text: string): readonly string[] {
  if (!text.endsWith("\n")) throw new UnreadableRecord("the manifests are cut off");
  return text.slice(0, -1).split("\n");
}
