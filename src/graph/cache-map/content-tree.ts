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
    this.records = isInOrder(records) ? records : records.sort(compareKeys);
  }

  /** Where a record is or, as a negative number, where it would stand. */
  #find(key: string): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle]?.key ?? "") < key) low = middle + 1;
      else high = middle;
    }
    return this.records[low]?.key === key ? low : -1 - low;
  }

  indexOf(key: string): number | undefined {
    const at = this.#find(key);
    return at < 0 ? undefined : at;
  }

  record(key: string): TreeRecord | undefined {
    return this.records[this.#find(key)];
  }

  /** The digest of a file, a header, or all that is in a folder: of names and digests, links not followed. */
  digestOfRecord({ key, kind, digest }: TreeRecord): string {
    if (kind !== "directory") return digest ?? emptyDigest;
    if (!this.#directories.has(key)) this.#digestFolders(key);
    return this.#directories.get(key) ?? emptyDigest;
  }

  /** In one go through a folder and all in it: each folder is done where something comes that is not in it. */
  #digestFolders(key: string): void {
    const open: { readonly key: string; readonly prefix: string; content: string }[] = [];
    const close = () => {
      const { key, content } = open.pop() ?? { key: "", content: "" };
      const digest = `sha256:${createHash("sha256").update(content, "latin1").digest("hex")}`;
      this.#directories.set(key, digest);
      const parent = open.at(-1);
      if (parent !== undefined) parent.content += key.slice(parent.key.length) + digest;
    };
    for (let at = this.indexOf(key) ?? this.records.length; at < this.records.length; at++) {
      const record = this.records[at];
      if (record === undefined) break;
      while (open.length > 0 && !record.key.startsWith(open.at(-1)?.prefix ?? "")) close();
      const folder = open.at(-1);
      if (folder === undefined && record.key !== key) break;
      if (record.kind === "directory") open.push({ key: record.key, prefix: `${record.key}\0`, content: "" });
      else if (folder !== undefined)
        folder.content += record.key.slice(folder.key.length) + (record.digest ?? emptyDigest);
    }
    while (open.length > 0) close();
  }

  /** What stands at a path, the symbolic links on the way followed, the last one only where it is asked for. */
  follow(key: string, last: boolean): FollowedPath {
    const direct = this.record(key);
    if (direct !== undefined && !(last && direct.kind === "symlink")) return { key, record: direct, links: [] };
    let record = direct;
    let at = "";
    const links: TreeRecord[] = [];
    const rest = key.split("\0").filter((part) => part !== "");
    while (rest.length > 0) {
      const next = resolved(at, rest.shift() ?? "");
      record = this.record(next);
      if (record?.kind !== "symlink" || (!last && rest.length === 0)) {
        at = next;
        continue;
      }
      links.push(record);
      if (links.length > mostLinks) return { key, record: undefined, links };
      rest.unshift(...record.target.split("/").filter((part) => part !== ""));
      if (record.target.startsWith("/")) at = "";
      record = this.record(at);
    }
    return { key: at, record, links };
  }
}

/** Where a path leads. */
export interface FollowedPath {
  readonly key: string;
  readonly record: TreeRecord | undefined;
  /** The symbolic links on the way, in order. */
  readonly links: readonly TreeRecord[];
}

/** As many as BuildKit follows. */
const mostLinks = 255;

function resolved(folder: string, part: string): string {
  if (part === ".") return folder;
  if (part === "..") return folder.slice(0, Math.max(0, folder.lastIndexOf("\0")));
  return `${folder}\0${part}`;
}

function compareKeys({ key: a }: TreeRecord, { key: b }: TreeRecord): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As files come from a walk. */
function isInOrder(records: readonly TreeRecord[]): boolean {
  for (let at = 1; at < records.length; at++) {
    if ((records[at - 1]?.key ?? "") > (records[at]?.key ?? "")) return false;
  }
  return true;
}

/** The key of a clean path from the root, `/` or `/a/b`. */
export function keyOf(path: string): string {
  return path === "/" ? "" : path.replaceAll("/", "\0");
}

export function pathOfKey(key: string): string {
  return key.replaceAll("\0", "/");
}
