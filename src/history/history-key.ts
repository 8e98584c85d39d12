import { createHmac, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../errno.ts";
import type { HashText } from "../graph/history/redact.ts";
import { writeWhole } from "../whole-file.ts";
import type { History } from "./history-store.ts";

/**
 * The hash for values that are recorded: equal values have equal hashes on this machine, and without the key, which
 * stays here, nobody can try values out.
 */
export async function historyHash(history: History): Promise<HashText> {
  const key = readKey(history) ?? (await makeKey(history));
  return (text) => createHmac("sha256", key).update(text).digest("base64").slice(0, 22);
}

const keyLength = 32;

function readKey({ folder }: History): Buffer | undefined {
  try {
    const key = readFileSync(join(folder, "key"));
    return key.length === keyLength ? key : undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Of two processes that make one at once, the one whose link comes first wins. */
async function makeKey(history: History): Promise<Buffer> {
  const { folder } = history;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = randomBytes(keyLength);
  try {
    await writeWhole(join(folder, "key"), key, { mode: 0o600, place: linkSync });
    return key;
  } catch (error) {
    const known = errnoOf(error) === "EEXIST" ? readKey(history) : undefined;
    if (known === undefined) throw error;
    return known;
  }
}
