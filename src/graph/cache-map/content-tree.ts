import { createHash } from "node:crypto";
import { emptyDigest } from "./file-digest.ts";

/** A file of a tree, by its slash-separated path relative to the root, each UTF-16 unit one byte. */
export interface TreeFile {
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  /** Of header and content; of a folder its header alone. */
  readonly digest: string;
  /** What a symbolic link points at. */
  readonly target: string;
}

/**
 * One of the two records of a folder, `header` and `directory` (all that is in it), or that of another file. Keys are
 * paths from the root with a zero byte for each slash, so that their order is that of the tree; a header has one more
 * at its end.
 */
export interface TreeRecord {
  readonly key: string;
  readonly kind: "file" | "symlink" | "header" | "directory";
  /** Undefined for a directory: see `digestOfRecord`. */
  readonly digest: string | undefined;
  readonly target: string;
}

/** What files there are, to be asked for digests of parts of it. */
export class ContentTree {
  /** In the order of their keys. */
  readonly records: readonly TreeRecord[];
  readonly #byKey: ReadonlyMap<string, number>;
  readonly #directories = new Map<string, string>();

  /** The folders that a path leads through must be among the files; their order does not matter. */
  constructor(files: Iterable<TreeFile>) {
    const records: TreeRecord[] = [
      { key: "", kind: "directory", digest: undefined, target: "" },
      { key: "\0", kind: "header", digest: emptyDigest, target: "" },
    ];
    for (const { path, kind, digest, target } of files) {
      const key = keyOf(`/${path}`);
      if (kind === "directory") {
        records.push({ key, kind: "directory", digest: undefined, target: "" });
        records.push({ key: `${key}\0`, kind: "header", digest, target: "" });
      } else records.push({ key, kind, digest, target });
    }
    this.records = records.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.#byKey = new Map(this.records.map(({ key }, index) => [key, index]));
  }

  indexOf(key: string): number | undefined {
    return this.#byKey.get(key);
  }

  record(key: string): TreeRecord | undefined {
    return this.records[this.#byKey.get(key) ?? -1];
  }

  /** The digest of a file, a header, or all that is in a folder: of names and digests, links not followed. */
  digestOfRecord({ key, kind, digest }: TreeRecord): string {
    if (kind !== "directory") return digest ?? emptyDigest;
    const known = this.#directories.get(key);
    if (known !== undefined) return known;
    for (const folder of this.#foldersIn(key)) this.#directories.set(folder, this.#digestOfFolder(folder));
    return this.#directories.get(key) ?? emptyDigest;
  }

  /** The folder and all in it whose digest is not known, those that are deepest first. */
  #foldersIn(key: string): readonly string[] {
    const folders: string[] = [];
    for (const record of this.#within(key)) if (record.kind === "directory") folders.push(record.key);
    return [...folders.filter((folder) => !this.#directories.has(folder)).reverse(), key];
  }

  #digestOfFolder(folder: string): string {
    const hash = createHash("sha256");
    let skipped: string | undefined;
    for (const record of this.#within(folder)) {
      if (skipped !== undefined && record.key.startsWith(skipped)) continue;
      skipped = record.kind === "directory" ? `${record.key}\0` : undefined;
      const digest = record.kind === "directory" ? this.#directories.get(record.key) : record.digest;
      hash.update(record.key.slice(folder.length), "latin1").update(digest ?? emptyDigest);
    }
    return `sha256:${hash.digest("hex")}`;
  }

  *#within(folder: string): Generator<TreeRecord> {
    const prefix = `${folder}\0`;
    for (let at = (this.#byKey.get(folder) ?? -1) + 1; at < this.records.length; at++) {
      const record = this.records[at];
      if (record === undefined || !record.key.startsWith(prefix)) return;
      yield record;
    }
  }

  /** What stands at a path, the symbolic links on the way followed, the last one only where it is asked for. */
  follow(key: string, last: boolean): { readonly key: string; readonly record: TreeRecord | undefined } {
    const direct = this.record(key);
    if (direct !== undefined && !(last && direct.kind === "symlink")) return { key, record: direct };
    let record = direct;
    let at = "";
    let links = 0;
    const rest = key.split("\0").filter((part) => part !== "");
    while (rest.length > 0) {
      const next = resolved(at, rest.shift() ?? "");
      record = this.record(next);
      if (record?.kind !== "symlink" || (!last && rest.length === 0)) {
        at = next;
        continue;
      }
      if (++links > mostLinks) return { key, record: undefined };
      rest.unshift(...record.target.split("/").filter((part) => part !== ""));
      if (record.target.startsWith("/")) at = "";
      record = this.record(at);
    }
    return { key: at, record };
  }
}

/** As many as BuildKit follows. */
const mostLinks = 255;

function resolved(folder: string, part: string): string {
  if (part === ".") return folder;
  if (part === "..") return folder.slice(0, Math.max(0, folder.lastIndexOf("\0")));
  return `${folder}\0${part}`;
}

/** The key of a clean path from the root, `/` or `/a/b`. */
export function keyOf(path: string): string {
  return path === "/" ? "" : path.replaceAll("/", "\0");
}

export function pathOfKey(key: string): string {
  return key.replaceAll("\0", "/");
}
