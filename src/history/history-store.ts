import { closeSync, mkdirSync, openSync, readFileSync, readSync, statSync, unlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { errnoOf } from "../errno.ts";
import type { BuildRecord, BuildSummary, RecordedSteps } from "../graph/history/build-record.ts";
import { UnreadableRecord } from "../graph/history/json-reader.ts";
import type { Manifest } from "../graph/history/manifest.ts";
import { manifestsText, parseManifests } from "../graph/history/manifest-json.ts";
import { type KeptRecord, parseRecord, parseSummary, recordText } from "../graph/history/record-json.ts";
import { temporaryEnding } from "../temporary-names.ts";
import { abandonedAfter } from "../whole-file.ts";
import { moveFile, namesIn, shareFile, writeBeside, writeText } from "./history-files.ts";

/** So many builds are kept, and so many bytes of them: the newest. */
const historyLimits = { records: 200, bytes: 128 << 20 };

/** How much a history keeps, in builds and in bytes on disk; the oldest go first. */
export interface HistoryLimits {
  readonly records: number;
  readonly bytes: number;
}

/**
 * The builds of this machine: a folder with a file for each, which is there as a whole or not at all, and beside it one
 * of its manifests, which builds of equal files share. Several processes may use it at once: each writes files of names
 * of its own, and what another one has removed is passed over.
 */
export interface History {
  readonly folder: string;
}

/** Where the manifests of a record come from. */
export interface ManifestSource {
  /** The name of the file of an earlier record of which all of the manifests are the same. */
  readonly sharedWith?: string | undefined;
  /** The name of a file that holds them already, see `prepareManifests`. */
  readonly temporary?: string | undefined;
  /** By their names; asked for where there is no file, or it is gone. */
  readonly read: () => Promise<ReadonlyMap<string, Manifest>>;
}

/** Adds a build, and removes the oldest ones that are over the limits. */
export async function addRecord(
  history: History,
  record: BuildRecord,
  limits: HistoryLimits = historyLimits,
): Promise<void> {
  const { manifests, ...steps } = record;
  const manifestNames = new Map([...manifests.keys()].map((digest) => [digest, digest]));
  await keepRecord(history, { steps, manifestNames }, { read: () => Promise.resolve(manifests) });
  await removeOldest(history.folder, limits);
}

/** Removes the oldest builds, so that one more is not over the limits in number. */
export async function makeRoom({ folder }: History): Promise<void> {
  await removeOldest(folder, { ...historyLimits, records: historyLimits.records - 1 });
}

/** Adds a record whose manifests may be those of an earlier one, where there is room. */
export async function keepRecord({ folder }: History, record: KeptRecord, manifests: ManifestSource): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = nameOf(record.steps);
  if (record.manifestNames.size > 0) {
    const isThere = await placeManifests(folder, `${name}${manifestEnding}`, manifests);
    if (!isThere) await writeText(folder, `${name}${manifestEnding}`, manifestsText(await manifests.read()));
  }
  await writeText(folder, `${name}${recordEnding}`, recordText(record));
}

/** Writes manifests down before their record is, in good time; gives the name of the file, to be kept with the record. */
export async function prepareManifests(
  { folder }: History,
  manifests: ReadonlyMap<string, Manifest>,
): Promise<string | undefined> {
  if (manifests.size === 0) return undefined;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return writeBeside(folder, manifestsText(manifests));
}

/** False where there is no file that has them. */
async function placeManifests(
  folder: string,
  name: string,
  { sharedWith, temporary }: ManifestSource,
): Promise<boolean> {
  if (sharedWith !== undefined) return shareFile(folder, sharedWith, name);
  return temporary !== undefined && (await moveFile(folder, temporary, name));
}

/** What there is, the newest first. Files that cannot be read as records, as those of another version, are passed over. */
export async function listRecords({ folder }: History): Promise<readonly BuildSummary[]> {
  return (await recordFiles(folder)).flatMap(({ name }) => summaryOf(folder, name) ?? []);
}

/**
 * The same of a number of builds at most: the newest of which something is true come first, and others only where there
 * are fewer of those.
 */
export async function listNewest(
  { folder }: History,
  most: number,
  comesFirst: (summary: BuildSummary) => boolean,
): Promise<readonly BuildSummary[]> {
  const first: BuildSummary[] = [];
  const others: BuildSummary[] = [];
  for (const { name } of await recordFiles(folder)) {
    const summary = summaryOf(folder, name);
    if (summary !== undefined) (comesFirst(summary) ? first : others).push(summary);
    if (first.length === most) break;
  }
  return [...first, ...others].slice(0, most);
}

/** A record without its manifests, and what they are found by. */
export interface FoundRecord extends KeptRecord {
  /** To be shared. */
  readonly manifestFile: string;
}

/** The newest record of which this is true. */
export async function findNewest(
  { folder }: History,
  isWanted: (summary: BuildSummary) => boolean,
): Promise<FoundRecord | undefined> {
  for (const { name } of await recordFiles(folder)) {
    const summary = summaryOf(folder, name);
    const record = summary && isWanted(summary) ? readKept(folder, name) : undefined;
    if (record !== undefined) return { ...record, manifestFile: `${name}${manifestEnding}` };
  }
  return undefined;
}

/** The manifests of a record, by their names; none where they are gone. */
export async function readManifests(
  { folder }: History,
  { manifestFile }: Pick<FoundRecord, "manifestFile">,
): Promise<ReadonlyMap<string, Manifest>> {
  const read = async () => parseManifests(await readFile(join(folder, manifestFile), "utf8"));
  return (await readOr(read)) ?? new Map();
}

/** The same as they stand in their file; undefined where it is gone. */
export function manifestsTextOf(
  { folder }: History,
  { manifestFile }: Pick<FoundRecord, "manifestFile">,
): Promise<string | undefined> {
  return readOr(() => readFile(join(folder, manifestFile), "utf8"));
}

/** All of the build with this ref; undefined where there is none, or it cannot be read. */
export async function readRecord(history: History, ref: string): Promise<BuildRecord | undefined> {
  const found = (await recordFiles(history.folder)).find((file) => file.ref === ref);
  if (found === undefined) return undefined;
  const record = readKept(history.folder, found.name);
  if (record === undefined) return undefined;
  const { steps, manifestNames } = record;
  const file = { manifestFile: `${found.name}${manifestEnding}` };
  const manifests = manifestNames.size === 0 ? new Map<string, Manifest>() : await readManifests(history, file);
  const byVertex = [...manifestNames].flatMap(([digest, name]) => {
    const manifest = manifests.get(name);
    return manifest === undefined ? [] : [[digest, manifest] as const];
  });
  return { ...steps, manifests: new Map(byVertex) };
}

/** The same of a build that is listed, without what was read of folders. */
export function readSteps({ folder }: History, summary: BuildSummary): RecordedSteps | undefined {
  return readKept(folder, nameOf(summary))?.steps;
}

/** Removes the build with this ref; false where there was none. */
export async function removeRecord({ folder }: History, ref: string): Promise<boolean> {
  const found = (await recordFiles(folder)).filter((file) => file.ref === ref);
  for (const { name } of found) removeFiles(folder, name);
  return found.length > 0;
}

/** What `readRecord` takes: letters, digits, `-`, `_` and `.`. */
export function isRef(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text);
}

const recordEnding = ".json";
const manifestEnding = ".manifests";

/** Names sort by when builds began. */
function nameOf({ started, ref }: BuildSummary): string {
  return `${Math.max(0, Math.round(started)).toString().padStart(15, "0")}-${ref}`;
}

interface RecordFile {
  /** Without its ending. */
  readonly name: string;
  readonly ref: string;
}

async function recordFiles(folder: string): Promise<readonly RecordFile[]> {
  return recordsAmong(await namesIn(folder));
}

function recordsAmong(names: readonly string[]): readonly RecordFile[] {
  return names
    .flatMap((file) => {
      const ref = /^\d{15}-(.+)\.json$/.exec(file)?.[1];
      return ref === undefined ? [] : [{ name: file.slice(0, -recordEnding.length), ref }];
    })
    .sort((a, b) => (a.name < b.name ? 1 : -1));
}

/** The manifests go last: until then, the record may be read. */
function removeFiles(folder: string, name: string): void {
  for (const ending of [recordEnding, manifestEnding]) removeFile(join(folder, `${name}${ending}`));
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

async function removeOldest(folder: string, limits: HistoryLimits): Promise<void> {
  const names = await namesIn(folder);
  const files = recordsAmong(names);
  let bytes = 0;
  for (const [index, { name }] of files.entries()) {
    // Put together, which hundreds of calls of `join` would take longer for than their calls of the system.
    const start = `${folder}${sep}${name}`;
    bytes += sizeOf(`${start}${recordEnding}`) + sizeOf(`${start}${manifestEnding}`);
    // The newest stays however large it is.
    if (index > 0 && (index >= limits.records || bytes > limits.bytes)) removeFiles(folder, name);
  }
  const known = new Set(files.map(({ name }) => `${name}${manifestEnding}`));
  for (const name of names) {
    const isLeft = name.endsWith(temporaryEnding) || (name.endsWith(manifestEnding) && !known.has(name));
    if (isLeft && ageOf(join(folder, name)) > abandonedAfter) removeFile(join(folder, name));
  }
}

// A folder of records is looked through in one go: two hundred short calls that wait for nothing.

/** What is shared counts for each of those who share it with its part. */
function sizeOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 0 : stats.size / Math.max(1, stats.nlink);
}

/** Of the name, not of what it stands for, which may have been shared for long. */
function ageOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined
    ? 0
    : Date.now() - Math.max(stats.mtimeMs, path.endsWith(temporaryEnding) ? 0 : stats.ctimeMs);
}

function summaryOf(folder: string, name: string): BuildSummary | undefined {
  return readable(() => parseSummary(firstLine(join(folder, `${name}${recordEnding}`))));
}

function readKept(folder: string, name: string): KeptRecord | undefined {
  return readable(() => parseRecord(readFileSync(join(folder, `${name}${recordEnding}`), "utf8")));
}

function firstLine(path: string): string {
  const file = openSync(path, "r");
  try {
    const pieces: Buffer[] = [];
    for (;;) {
      const piece = Buffer.allocUnsafe(2048);
      const length = readSync(file, piece);
      const end = piece.subarray(0, length).indexOf(10);
      pieces.push(piece.subarray(0, end === -1 ? length : end));
      if (end !== -1 || length === 0) return Buffer.concat(pieces).toString("utf8");
    }
  } finally {
    closeSync(file);
  }
}

/** Undefined where something is gone, or is no record. */
function readable<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    return unlessUnreadable(error);
  }
}

async function readOr<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    return unlessUnreadable(error);
  }
}

function unlessUnreadable(error: unknown): undefined {
  if (error instanceof UnreadableRecord || errnoOf(error) === "ENOENT") return undefined;
  throw error;
}
