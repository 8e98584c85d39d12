import { type FileHandle, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf } from "../../../errno.ts";
import { abandonedNames, temporaryName } from "../../../temporary-names.ts";
import { ExportError } from "./export-error.ts";

/**
 * Writes a file that is there as a whole or not at all: under a temporary name beside it, synced, then renamed over
 * what stood there, whose permissions it keeps. A symbolic link is written through, to where it points. What is no
 * regular file (`/dev/null`, a named pipe) is written to directly.
 *
 * Rejects with ExportError, or with what `pieces` throws; then nothing of ours is left.
 * @returns how many bytes were written.
 */
export async function writeFile(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  try {
    const place = await findPlace(path);
    return place.kind === "direct" ? await writeDirectly(place.path, pieces) : await writeAside(place, pieces);
  } catch (cause) {
    throw errnoOf(cause) === undefined ? cause : new ExportError(path, { cause });
  }
}

type Place =
  | { readonly kind: "direct"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly mode: number | undefined };

async function findPlace(path: string): Promise<Place> {
  try {
    const real = await realpath(path);
    const stats = await stat(real);
    if (stats.isDirectory()) throw new ExportError(path, { reason: "it is a folder" });
    return stats.isFile() ? { kind: "file", path: real, mode: stats.mode & 0o7777 } : { kind: "direct", path: real };
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return { kind: "file", path, mode: undefined };
  }
}

async function writeDirectly(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, "w");
  try {
    return await writePieces(file, pieces);
  } finally {
    await file.close();
  }
}

async function writeAside(
  place: Place & { readonly kind: "file" },
  pieces: AsyncIterable<Uint8Array>,
): Promise<number> {
  const folder = dirname(place.path);
  await removeAbandoned(folder);
  const temp = join(folder, temporaryName());
  const file = await open(temp, "wx").catch((cause: unknown) => {
    throw new ExportError(folder, { cause });
  });
  try {
    let size: number;
    try {
      size = await writePieces(file, pieces);
      if (place.mode !== undefined) await file.chmod(place.mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temp, place.path);
    return size;
  } catch (error) {
    await rm(temp, { force: true }).catch(() => {});
    throw error;
  }
}

/** What an earlier export left that was killed. */
async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of abandonedNames(names)) await rm(join(folder, name), { force: true }).catch(() => {});
}

async function writePieces(file: FileHandle, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const piece of pieces) {
    await file.writeFile(piece);
    size += piece.length;
  }
  return size;
}
