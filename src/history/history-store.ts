import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../errno.ts";
import type { BuildRecord, BuildSummary } from "../graph/history/build-record.ts";
import { UnreadableRecord } from "../graph/history/json-reader.ts";
import { parseRecord, parseSummary, recordText } from "../graph/history/record-json.ts";

/** So many builds are kept, and so many bytes of them: the newest. */
export const historyLimits = { records: 200, bytes: 128 << 20 };

/** A file beside a record's place is what a process left behind that was killed. In milliseconds. */
const abandoned = 3_600_000;

/**
 * The builds of this machine: a folder with a file for each, which is there as a whole or not at all. Several processes
 * may use it at once: each writes files of names of its own, and what another one has removed is passed over.
 */
export interface History {
  readonly folder: string;
}

/** Adds a build, and removes the oldest ones that are over the limits. */
export async function addRecord(
  { folder }: History,
  record: BuildRecord,
  limits: { readonly records: number; readonly bytes: number } = historyLimits,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(recordText(record));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, fileName(record)));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await removeOldest(folder, limits);
}

/** What there is, the newest first. Files that cannot be read as records, as those of another version, are passed over. */
export async function listRecords({ folder }: History): Promise<readonly BuildSummary[]> {
  const summaries: BuildSummary[] = [];
  for (const { name } of await recordFiles(folder)) {
    const summary = await readOr(async () => parseSummary(await firstLine(join(folder, name))));
    if (summary !== undefined) summaries.push(summary);
  }
  return summaries;
}

/** All of the build with this ref; undefined where there is none, or it cannot be read. */
export async function readRecord({ folder }: History, ref: string): Promise<BuildRecord | undefined> {
  const found = (await recordFiles(folder)).find((file) => file.ref === ref);
  return found && readOr(async () => parseRecord(await readFile(join(folder, found.name), "utf8")));
}

/** Removes the build with this ref; false where there was none. */
export async function removeRecord({ folder }: History, ref: string): Promise<boolean> {
  const found = (await recordFiles(folder)).filter((file) => file.ref === ref);
  for (const { name } of found) await rm(join(folder, name), { force: true });
  return found.length > 0;
}

/** What `readRecord` takes: letters, digits, `-`, `_` and `.`. */
export function isRef(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text);
}

/** Names sort by when builds began. */
function fileName({ started, ref }: BuildSummary): string {
  return `${Math.max(0, Math.round(started)).toString().padStart(15, "0")}-${ref}.json`;
}

interface RecordFile {
  readonly name: string;
  readonly ref: string;
}

async function recordFiles(folder: string): Promise<readonly RecordFile[]> {
  return (await namesIn(folder))
    .flatMap((name) => {
      const ref = /^\d{15}-(.+)\.json$/.exec(name)?.[1];
      return ref === undefined ? [] : [{ name, ref }];
    })
    .sort((a, b) => (a.name < b.name ? 1 : -1));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function removeOldest(folder: string, limits: { readonly records: number; readonly bytes: number }) {
  let bytes = 0;
  for (const [index, { name }] of (await recordFiles(folder)).entries()) {
    const path = join(folder, name);
    bytes += (await readOr(() => stat(path)))?.size ?? 0;
    // The newest stays however large it is.
    if (index > 0 && (index >= limits.records || bytes > limits.bytes)) await rm(path, { force: true });
  }
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const age = name.endsWith(".tmp") ? Date.now() - ((await readOr(() => stat(path)))?.mtimeMs ?? Date.now()) : 0;
    if (age > abandoned) await rm(path, { force: true });
  }
}

async function firstLine(path: string): Promise<string> {
  const file = await open(path);
  try {
    return await readLine(file);
  } finally {
    await file.close();
  }
}

async function readLine(file: FileHandle): Promise<string> {
  const pieces: Buffer[] = [];
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, null);
    const piece = buffer.subarray(0, bytesRead);
    const end = piece.indexOf(10);
    pieces.push(end === -1 ? piece : piece.subarray(0, end));
    if (end !== -1 || bytesRead === 0) return Buffer.concat(pieces).toString("utf8");
  }
}

/** Undefined where something is gone, or is no record. */
async function readOr<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnreadableRecord || errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
