import { isUtf8 } from "node:buffer";

/**
 * A slash-separated path relative to the root of a tree, as the bytes the file system has: each UTF-16 unit stands for
 * one byte. File names need not be valid UTF-8, and BuildKit sorts and sends them byte by byte; in this form a plain
 * comparison is that order. The root itself is the empty path.
 */
export type BytePath = string;

/** The bytes of a path, to be put on the wire. */
function pathBytes(path: BytePath): Buffer {
  return Buffer.from(path, "latin1");
}

/** The path of some bytes. */
export function bytePath(bytes: Uint8Array): BytePath {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The path that a text (a pattern, a key of ours) means. */
export function pathOfText(text: string): BytePath {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The path as text for patterns and messages; bytes that are not UTF-8 become U+FFFD. */
export function pathText(path: BytePath): string {
  return isAscii(path) ? path : Buffer.from(path, "latin1").toString("utf8");
}

/** Whether the bytes are text, that is, valid UTF-8. */
export function isText(path: BytePath): boolean {
  return isAscii(path) || isUtf8(pathBytes(path));
}

/** What the `fs` functions take for a path: text where it is exact, else bytes. */
export function systemPath(path: BytePath): string | Buffer {
  return isAscii(path) ? path : pathBytes(path);
}

/** The same for a path below a folder of this machine. */
export function diskPath(root: BytePath, path: BytePath): string | Buffer {
  return diskPathsBelow(root)(path);
}

/** The same for many paths below one folder. */
export function diskPathsBelow(root: BytePath): (path: BytePath) => string | Buffer {
  const isText = isAscii(root);
  return (path) => {
    const whole = path === "" ? root : `${root}/${path}`;
    return isText && isAscii(path) ? whole : pathBytes(whole);
  };
}

/** The path of an entry of a folder. */
export function childPath(folder: BytePath, name: BytePath): BytePath {
  return folder === "" ? name : `${folder}/${name}`;
}

/** By a pattern, which is compiled at once: a loop is slow for the first thousands of names. */
function isAscii(text: string): boolean {
  if (text === lastAscii) return true;
  if (beyondAscii.test(text)) return false;
  lastAscii = text;
  return true;
}

/** A walk asks of each path some times in a row. */
let lastAscii = "";
const beyondAscii = /[^\0-\x7f]/;
