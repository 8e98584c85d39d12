import type { Range } from "../range.ts";
import { sortedTexts } from "./byte-order.ts";
import { fullCapSet } from "./caps.ts";
import type { DefinitionLocation, DefinitionSource, SourceInfo } from "./definition.ts";
import { encodeTextMap } from "./encode-op.ts";
import type { LinuxResources, OpMetadata, ProgressGroup } from "./op-metadata.ts";
import {
  checkLength,
  lengthTag,
  newWriter,
  numberTag,
  type Writer,
  writeBigint,
  writeBytes,
  writeFlag,
  writeNumber,
  writeString,
  writeText,
} from "./wire.ts";

/** What a definition says besides its ops. */
export interface DefinitionBesides {
  readonly metadata: ReadonlyMap<string, OpMetadata>;
  readonly source: DefinitionSource | undefined;
}

/** Writes a `pb.Definition` message from behind its ops: fields in number order, map entries by key. */
export function encodeBesides(writer: Writer, { metadata, source }: DefinitionBesides): void {
  // Digests are ASCII, for which the order of bytes is the order that needs no comparison of ours.
  const digests = [...metadata.keys()];
  for (const digest of source?.locations.keys() ?? []) if (!metadata.has(digest)) digests.push(digest);
  digests.sort();
  for (const digest of digests) {
    const entry = metadata.get(digest);
    if (entry === undefined) continue;
    writer.uint32(lengthTag(2)).fork();
    writeString(writer, 1, digest);
    writer.uint32(lengthTag(2)).fork();
    encodeMetadata(writer, entry);
    writer.ldelim().ldelim();
    checkLength(writer.pos);
  }
  if (source !== undefined) {
    writer.uint32(lengthTag(3)).fork();
    encodeSource(writer, source, digests);
    writer.ldelim();
  }
}

function encodeMetadata(writer: Writer, metadata: OpMetadata): void {
  writeFlag(writer, 1, metadata.ignoreCache);
  if (metadata.description !== undefined) encodeTextMap(writer, 2, metadata.description);
  if (metadata.exportCache !== undefined) {
    writer.uint32(lengthTag(4)).fork();
    writeFlag(writer, 1, metadata.exportCache);
    writer.ldelim();
  }
  if (metadata.caps !== undefined) encodeCaps(writer, metadata.caps);
  if (metadata.progressGroup !== undefined) encodeProgressGroup(writer, metadata.progressGroup);
  if (metadata.linuxResources !== undefined) encodeResources(writer, metadata.linuxResources);
}

/** A map from id to true. */
function encodeCaps(writer: Writer, caps: Iterable<string>): void {
  for (const id of sortedTexts(caps)) {
    const entry = entryOf(id);
    if (entry === undefined) encodeCap(writer, id);
    else writer.raw(entry);
  }
}

function encodeCap(writer: Writer, id: string): void {
  writer.uint32(lengthTag(5)).fork();
  writeString(writer, 1, id);
  writer.uint32(numberTag(2)).bool(true).ldelim();
}

/** What a definition says of a capability is the same in all of them. */
const entries = new Map<string, Uint8Array>();
const known = fullCapSet();

function entryOf(id: string): Uint8Array | undefined {
  let entry = entries.get(id);
  if (entry === undefined && known.has(id)) {
    const writer = newWriter();
    encodeCap(writer, id);
    entry = writer.finish();
    entries.set(id, entry);
  }
  return entry;
}

function encodeProgressGroup(writer: Writer, group: ProgressGroup): void {
  writer.uint32(lengthTag(6)).fork();
  writeText(writer, 1, group.id);
  writeText(writer, 2, group.name);
  writeFlag(writer, 3, group.weak);
  writer.ldelim();
}

function encodeResources(writer: Writer, resources: LinuxResources): void {
  writer.uint32(lengthTag(7)).fork();
  writeBigint(writer, 1, resources.memory);
  writeBigint(writer, 2, resources.memorySwap);
  writeBigint(writer, 3, resources.cpuShares);
  writeBigint(writer, 4, resources.cpuPeriod);
  writeBigint(writer, 5, resources.cpuQuota);
  writeText(writer, 6, resources.cpusetCpus);
  writeText(writer, 7, resources.cpusetMems);
  writer.ldelim();
}

/** `digests` are those of all ops, sorted. */
function encodeSource(writer: Writer, source: DefinitionSource, digests: readonly string[]): void {
  for (const digest of digests) {
    const locations = source.locations.get(digest);
    if (locations === undefined) continue;
    writer.uint32(lengthTag(1)).fork();
    writeString(writer, 1, digest);
    writer.uint32(lengthTag(2)).fork();
    for (const location of locations) encodeLocation(writer, location);
    writer.ldelim().ldelim();
    checkLength(writer.pos);
  }
  for (const info of source.infos) encodeInfo(writer, info);
}

function encodeLocation(writer: Writer, location: DefinitionLocation): void {
  writer.uint32(lengthTag(1)).fork();
  writeNumber(writer, 1, location.sourceIndex);
  for (const range of location.ranges) encodeRange(writer, range);
  writer.ldelim();
}

function encodeRange(writer: Writer, { start, end }: Range): void {
  writer.uint32(lengthTag(2)).fork();
  writer.uint32(lengthTag(1)).fork();
  writeNumber(writer, 1, start.line);
  writeNumber(writer, 2, start.character);
  writer.ldelim().uint32(lengthTag(2)).fork();
  writeNumber(writer, 1, end.line);
  writeNumber(writer, 2, end.character);
  writer.ldelim().ldelim();
}

function encodeInfo(writer: Writer, info: SourceInfo): void {
  writer.uint32(lengthTag(2)).fork();
  writeText(writer, 1, info.filename);
  writeBytes(writer, 2, info.data);
  if (info.definition !== undefined) writer.uint32(lengthTag(3)).bytes(info.definition.bytes);
  writeText(writer, 4, info.language);
  writer.ldelim();
}
