import { createHash, type Hash } from "node:crypto";
import { digestOf } from "../../digest.ts";

/** What counts of a file besides its content. Times do not. */
export interface FileHeader {
  readonly kind: FileKind;
  /** The twelve bits that chmod(2) sets. */
  readonly permissions: number;
  /** Bytes; only of a regular file. */
  readonly size: number;
  /** What a symbolic link points at, each UTF-16 unit one byte; else empty. */
  readonly target: string;
  readonly devMajor: number;
  readonly devMinor: number;
  /** Local folders are sent as if they were root's. */
  readonly uid: number;
  readonly gid: number;
}

/** What stands at a path, as BuildKit tells files apart. Sockets are never sent. */
export type FileKind = "file" | "directory" | "symlink" | "fifo" | "block-device" | "char-device";

/**
 * A hash that has taken in the header of a file, and is to be given its content: what BuildKit knows a file by. It is
 * made of the fields of a tar header as an old tool of Docker's listed them, without name and time.
 */
export function fileHash(header: FileHeader): Hash {
  const fields: readonly (readonly [name: string, value: string | number])[] = [
    ["name", ""],
    ["mode", header.permissions],
    ["uid", header.uid],
    ["gid", header.gid],
    ["size", header.kind === "file" ? header.size : 0],
    ["typeflag", typeFlags[header.kind]],
    ["linkname", header.target],
    ["uname", ""],
    ["gname", ""],
    ["devmajor", header.devMajor],
    ["devminor", header.devMinor],
  ];
  return createHash("sha256").update(fields.map(([name, value]) => `${name}${value}`).join(""), "latin1");
}

/** The digest of what has no content: all but regular files. */
export function headerDigest(header: FileHeader): string {
  return `sha256:${fileHash(header).digest("hex")}`;
}

/** The digest of the root of a local folder, which is never sent. */
export const emptyDigest = digestOf("");

const typeFlags: Readonly<Record<FileKind, string>> = {
  file: "0",
  directory: "5",
  symlink: "2",
  "char-device": "3",
  "block-device": "4",
  fifo: "6",
};
