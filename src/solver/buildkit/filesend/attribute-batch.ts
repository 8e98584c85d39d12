import { spawn } from "node:child_process";
import { once } from "node:events";
import { errnoOf } from "../../../errno.ts";
import { type BytePath, pathText } from "../filesync/byte-path.ts";
import type { Attributes } from "../filesync/extended-attributes.ts";
import { ExportError } from "./export-error.ts";

/** What became of the attributes: all are there, some could not be set, or there is nothing here that sets them. */
export type AttributeOutcome = "written" | "refused" | "no-program";

/**
 * The extended attributes of an export's files, set all at once by the program `setfattr`: Node has no call for them.
 * Links are not followed.
 *
 * Only those of users (`user.…`) are set. The others give rights, as setuid does (`security.capability`), or mean
 * something to this system (`trusted.overlay.…`): who runs a build has not asked for that.
 */
export class AttributeBatch {
  readonly #entries: { readonly path: BytePath; readonly attributes: Attributes }[] = [];
  #bytes = 0;

  /**
   * Whether it has some for the file, at this absolute path.
   * @throws ExportError where they are more in all than is kept
   */
  add(path: BytePath, attributes: Attributes | undefined): boolean {
    if (attributes === undefined) return false;
    const own = new Map([...attributes].filter(([name, value]) => isSettable(name, value)));
    if (own.size === 0) return false;
    for (const [name, value] of own) this.#bytes += name.length + value.length + overhead;
    if (this.#bytes > most) throw new ExportError(pathText(path), { reason: "there are too many extended attributes" });
    this.#entries.push({ path, attributes: own });
    return true;
  }

  /** Rejects with the reason of the signal. */
  async write(signal: AbortSignal): Promise<AttributeOutcome> {
    if (this.#entries.length === 0) return "written";
    const child = spawn("setfattr", ["-h", "--restore=-"], { stdio: ["pipe", "ignore", "ignore"], signal });
    const ended = once(child, "close");
    // What it does not read, its status tells of.
    child.stdin.on("error", () => {});
    try {
      for (const { path, attributes } of this.#entries.splice(0))
        if (!child.stdin.write(section(path, attributes))) await Promise.race([once(child.stdin, "drain"), ended]);
      child.stdin.end();
      const [code] = await ended;
      return code === 0 ? "written" : "refused";
    } catch (error) {
      signal.throwIfAborted();
      if (errnoOf(error) === "ENOENT") return "no-program";
      return "refused";
    }
  }
}

/** In bytes, of all names and values; a file of a list is reckoned with as well. */
const most = 16 << 20;
const overhead = 100;

/** Linux has no longer ones. */
function isSettable(name: string, value: Buffer): boolean {
  return name.startsWith("user.") && name.length <= 255 && !name.includes("\0") && value.length <= 65_536;
}

/** As getfattr would have printed it. */
function section(path: BytePath, attributes: Attributes): string {
  const lines = [...attributes].map(([name, value]) => `${escaped(name)}=0x${value.toString("hex")}\n`);
  return `# file: ${escaped(path)}\n${lines.join("")}\n`;
}

/** Each byte that could mean something is a backslash and three octal digits. */
function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9/._-]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
