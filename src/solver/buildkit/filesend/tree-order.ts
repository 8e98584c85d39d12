import type { BytePath } from "../filesync/byte-path.ts";
import { pathText } from "../filesync/byte-path.ts";
import { MalformedPacket } from "../filesync/packet.ts";

/**
 * Checks the list of entries that a sender claims to be a tree: relative paths in normal form, each folder before what
 * is in it, siblings in order of their bytes and none twice. With that, nothing can lead out of the root.
 */
export class TreeOrder {
  readonly #open: { readonly folder: BytePath; last: BytePath }[] = [{ folder: "", last: "" }];

  /** @throws MalformedPacket */
  add(path: BytePath, isFolder: boolean): void {
    const slash = path.lastIndexOf("/");
    const folder = slash === -1 ? "" : path.slice(0, slash);
    const name = path.slice(slash + 1);
    if (name === "" || name === "." || name === ".." || (folder === "" && slash === 0) || path.includes("\0")) {
      throw new MalformedPacket(`${JSON.stringify(pathText(path))} is not a path within the export`);
    }
    let parent = this.#open.at(-1);
    while (parent !== undefined && parent.folder !== folder) {
      this.#open.pop();
      parent = this.#open.at(-1);
    }
    if (parent === undefined || parent.last >= name) {
      throw new MalformedPacket(`${JSON.stringify(pathText(path))} stands at the wrong place of the list`);
    }
    parent.last = name;
    if (isFolder) this.#open.push({ folder: path, last: "" });
  }
}
