import { type FileHandle, mkdir, open, readdir, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../digest.ts";
import { isDigest } from "../image-reference.ts";
import { temporaryEnding } from "../temporary-names.ts";
import { abandonedAfter, writeWhole } from "../whole-file.ts";
import { hasDigest } from "./digest-check.ts";

export interface ContentCacheOptions {
  /** Bytes; 128 MiB when absent. Somewhat more may lie there for a short time. */
  readonly limit?: number;
}

/**
 * Manifests and configs on disk, in files named by their digests. It may be used by any number of processes at once:
 * files come into being whole, by a rename, and are checked by their digest whenever they are read, so that a broken one
 * is as good as absent. Beside them, what tags stood for when they were asked last.
 *
 * A cache is no more than that: no method rejects, whatever the disk says.
 */
export class ContentCache {
  readonly #folder: string;
  readonly #limit: number;
  /** Bytes written since what lies there was counted; at first, nobody has counted. */
  #uncounted = Number.POSITIVE_INFINITY;

  constructor(folder: string, options: ContentCacheOptions = {}) {
    this.#folder = folder;
    this.#limit = options.limit ?? usualLimit;
  }

  /** The content with a digest; undefined where it is not there, whole. */
  async read(digest: string): Promise<Uint8Array | undefined> {
    const content = await readTouched(this.#contentPath(digest));
    return content !== undefined && hasDigest(content, digest) ? content : undefined;
  }

  /** Keeps content, whose digest has been checked. */
  async write(digest: string, content: Uint8Array): Promise<void> {
    if (content.length > this.#limit / 4) return;
    await this.#put(this.#contentPath(digest), content);
  }

  /** The digest that a reference with a tag stood for when it was last asked. */
  async recall(reference: string): Promise<string | undefined> {
    const content = await readTouched(this.#tagPath(reference));
    const [name, digest = ""] = Buffer.from(content ?? [])
      .toString("utf8")
      .split("\n");
    return name === reference && isDigest(digest) ? digest : undefined;
  }

  async remember(reference: string, digest: string): Promise<void> {
    if ((await this.recall(reference)) === digest) return;
    await this.#put(this.#tagPath(reference), Buffer.from(`${reference}\n${digest}\n`));
  }

  #contentPath(digest: string): string {
    return join(this.#folder, digest.replace(":", "-"));
  }

  #tagPath(reference: string): string {
    return join(this.#folder, `tag-${digestOf(reference).slice("sha256:".length)}`);
  }

  async #put(path: string, content: Uint8Array): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      // Two writers of one path write the same content, or one of two true answers: it does not matter which comes last.
      await writeWhole(path, content, { mode: 0o600 });
      this.#uncounted += content.length;
      if (this.#uncounted > this.#limit / 4) {
        this.#uncounted = 0;
        await removeOldest(this.#folder, this.#limit);
      }
    } catch {
      // A full or read-only disk makes builds slower, not wrong.
    }
  }
}

const usualLimit = 128 * 1024 * 1024;
/** How exactly the time of the last use is known: milliseconds. */
const touchEvery = 3_600_000;

async function readTouched(path: string): Promise<Uint8Array | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const { mtimeMs, size } = await file.stat();
    if (size > usualLimit) return undefined;
    const content = await file.readFile();
    const now = new Date();
    // What is used is not removed soon.
    if (now.getTime() - mtimeMs > touchEvery) await utimes(path, now, now).catch(() => {});
    return content;
  } catch {
    return undefined;
  } finally {
    await file?.close().catch(() => {});
  }
}

/** Removes what was not used for longest until a quarter of the limit is free. Others may do the same at this moment. */
async function removeOldest(folder: string, limit: number): Promise<void> {
  const names = await readdir(folder);
  const now = Date.now();
  const files: { readonly path: string; readonly size: number; readonly used: number }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) continue;
    if (!name.endsWith(temporaryEnding)) files.push({ path, size: found.size, used: found.mtimeMs });
    else if (now - found.mtimeMs > abandonedAfter) await unlink(path).catch(() => {});
  }
  let total = files.reduce((sum, { size }) => sum + size, 0);
  if (total <= limit) return;
  for (const { path, size } of files.sort((a, b) => a.used - b.used)) {
    if (total <= limit * 0.75) return;
    await unlink(path).catch(() => {});
    total -= size;
  }
}
