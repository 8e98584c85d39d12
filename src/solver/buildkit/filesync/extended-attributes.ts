import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { errnoOf } from "../../../errno.ts";
import { Failure } from "../../../failure.ts";
import type { BytePath } from "./byte-path.ts";

/** The extended attributes of files, by their paths; what has none is not there. */
export type AttributeTable = ReadonlyMap<BytePath, Attributes>;

/** By name, such as `security.capability`, each UTF-16 unit one byte. */
export type Attributes = ReadonlyMap<string, Buffer>;

/**
 * Reads the extended attributes of everything below a folder, links not followed. Node has no call for them: the program
 * `getfattr` reads them all at once. As with docker buildx, those of Apple's own are left out, and so are those that may
 * not be read.
 *
 * Rejects with a Failure `context-unreadable` where the program is not there, or with the reason of the signal.
 */
export async function readAttributes(folder: string, signal: AbortSignal): Promise<AttributeTable> {
  const args = ["-R", "-P", "-h", "-d", "-m", "-", "-e", "hex", "."];
  const child = spawn("getfattr", args, { cwd: folder, signal, stdio: ["ignore", "pipe", "ignore"] });
  // Its status tells of files without attributes, too, and of those that it may not read.
  const ended = once(child, "close");
  try {
    const lines = createInterface({ input: child.stdout.setEncoding("latin1"), crlfDelay: Number.POSITIVE_INFINITY });
    const [table] = await Promise.all([readTable(lines), ended]);
    return table;
  } catch (error) {
    signal.throwIfAborted();
    if (errnoOf(error) !== "ENOENT") throw error;
    throw new Failure("context-unreadable", "extended attributes are to be sent, and there is no program getfattr", {
      remedy: "Install it (Debian's package attr), or build without LLBC_XATTRS.",
      cause: error,
    });
  }
}

/** What getfattr prints: a line with the path, one for each attribute, and an empty one. */
async function readTable(lines: AsyncIterable<string>): Promise<AttributeTable> {
  const table = new Map<BytePath, Map<string, Buffer>>();
  let current = new Map<string, Buffer>();
  for await (const line of lines) {
    if (line.startsWith(pathMark)) {
      current = new Map();
      table.set(unescaped(line.slice(pathMark.length)), current);
      continue;
    }
    const equals = line.indexOf("=");
    if (equals < 0) continue;
    const name = unescaped(line.slice(0, equals));
    if (!name.startsWith("com.apple.")) current.set(name, Buffer.from(line.slice(equals + "=0x".length), "hex"));
  }
  return new Map([...table].filter(([, attributes]) => attributes.size > 0));
}

const pathMark = "# file: ";

/** Bytes that would be misread are written as a backslash and three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** Adds extended attributes to the packet of an entry, as `encodeStat` makes it. */
export function withAttributes(packet: Buffer, attributes: Attributes): Buffer {
  let headEnd = 1;
  while ((packet[headEnd] ?? 0) >= 0x80) headEnd++;
  const stat = packet.subarray(headEnd + 1);
  const entries = [...attributes].map(([name, value]) =>
    field(0x52, Buffer.concat([field(0x0a, Buffer.from(name, "latin1")), field(0x12, value)])),
  );
  return field(0x12, Buffer.concat([stat, ...entries]));
}

function field(tag: number, content: Buffer): Buffer {
  const head = [tag];
  for (let rest = content.length; ; rest >>>= 7) {
    head.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) break;
  }
  return Buffer.concat([Buffer.from(head), content]);
}
