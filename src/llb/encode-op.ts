import type { Platform } from "../platform.ts";
import { sortedEntries } from "./byte-order.ts";
import { encodeFileOp } from "./encode-file-op.ts";
import type { BuildOp, ExecOp, Op, OpCredential, OpExecMeta, OpInput, OpMount } from "./op.ts";
import type { CacheSharing, ContentCache, NetworkMode, ProxyEnv, SecurityMode } from "./op-fields.ts";
import {
  lengthTag,
  type Writer,
  writeBigint,
  writeFlag,
  writeNumber,
  writeString,
  writeText,
  writeTexts,
  writeVarint,
} from "./wire.ts";

/**
 * Writes the `pb.Op` message of an op in the one form that digests are taken over: fields by number with the oneof
 * last, map entries by key, zero values left out.
 */
export function encodeOp(writer: Writer, op: Op): void {
  for (const input of op.inputs) encodeInput(writer, input);
  if (op.platform !== undefined) encodePlatform(writer, op.platform);
  if (op.workerConstraints !== undefined) {
    writer.uint32(lengthTag(11)).fork();
    writeTexts(writer, 1, op.workerConstraints);
    writer.ldelim();
  }
  switch (op.kind) {
    case "head":
      return;
    case "exec":
      writer.uint32(lengthTag(2)).fork();
      encodeExec(writer, op);
      break;
    case "source":
      writer.uint32(lengthTag(3)).fork();
      writeText(writer, 1, op.identifier);
      encodeTextMap(writer, 2, op.attrs);
      break;
    case "file":
      writer.uint32(lengthTag(4)).fork();
      encodeFileOp(writer, op);
      break;
    case "build":
      writer.uint32(lengthTag(5)).fork();
      encodeBuild(writer, op);
      break;
    case "merge":
      writer.uint32(lengthTag(6)).fork();
      for (const layer of op.layers) encodeIndex(writer, 1, layer);
      break;
    case "diff":
      writer.uint32(lengthTag(7)).fork();
      encodeIndex(writer, 1, op.lower);
      encodeIndex(writer, 2, op.upper);
      break;
    case "passthrough":
      writer.uint32(lengthTag(8)).fork();
      writeText(writer, 1, op.id);
      encodePacked(writer, 2, op.outputs);
      break;
    default:
      op satisfies never;
  }
  writer.ldelim();
}

/** Map entries carry key and value even where one is empty. */
export function encodeTextMap(writer: Writer, field: number, map: ReadonlyMap<string, string>): void {
  for (const [key, value] of sortedEntries(map)) {
    writer.uint32(lengthTag(field)).fork();
    writeString(writer, 1, key);
    writeString(writer, 2, value);
    writer.ldelim();
  }
}

function encodeInput(writer: Writer, input: OpInput): void {
  writer.uint32(lengthTag(1)).fork();
  writeText(writer, 1, input.digest);
  writeNumber(writer, 2, input.output);
  writer.ldelim();
}

function encodePlatform(writer: Writer, platform: Platform): void {
  writer.uint32(lengthTag(10)).fork();
  writeText(writer, 1, platform.architecture);
  writeText(writer, 2, platform.os);
  writeText(writer, 3, platform.variant);
  writeText(writer, 4, platform.osVersion);
  writeTexts(writer, 5, platform.osFeatures);
  writer.ldelim();
}

/** The small messages whose only field is an index. */
function encodeIndex(writer: Writer, field: number, index: number): void {
  writer.uint32(lengthTag(field)).fork();
  writeNumber(writer, 1, index);
  writer.ldelim();
}

function encodePacked(writer: Writer, field: number, numbers: readonly number[] | undefined): void {
  if (numbers === undefined || numbers.length === 0) return;
  writer.uint32(lengthTag(field)).fork();
  for (const number of numbers) writeVarint(writer, number);
  writer.ldelim();
}

function encodeExec(writer: Writer, op: ExecOp): void {
  writer.uint32(lengthTag(1)).fork();
  encodeMeta(writer, op.meta);
  writer.ldelim();
  for (const mount of op.mounts) {
    writer.uint32(lengthTag(2)).fork();
    encodeMount(writer, mount);
    writer.ldelim();
  }
  writeNumber(writer, 3, networkNumbers[op.network]);
  writeNumber(writer, 4, securityNumbers[op.security]);
  for (const secret of op.secretEnv) {
    writer.uint32(lengthTag(5)).fork();
    writeText(writer, 1, secret.id);
    writeText(writer, 2, secret.name);
    writeFlag(writer, 3, secret.optional);
    writer.ldelim();
  }
  for (const device of op.cdiDevices) {
    writer.uint32(lengthTag(6)).fork();
    writeText(writer, 1, device.name);
    writeFlag(writer, 2, device.optional);
    writer.ldelim();
  }
}

function encodeMeta(writer: Writer, meta: OpExecMeta): void {
  writeTexts(writer, 1, meta.args);
  writeTexts(writer, 2, meta.env);
  writeText(writer, 3, meta.cwd);
  writeText(writer, 4, meta.user);
  if (meta.proxy !== undefined) encodeProxy(writer, meta.proxy);
  for (const { host, ip } of meta.extraHosts ?? []) {
    writer.uint32(lengthTag(6)).fork();
    writeText(writer, 1, host);
    writeText(writer, 2, ip);
    writer.ldelim();
  }
  writeText(writer, 7, meta.hostname);
  for (const { name, soft, hard } of meta.ulimits ?? []) {
    writer.uint32(lengthTag(9)).fork();
    writeText(writer, 1, name);
    writeBigint(writer, 2, soft);
    writeBigint(writer, 3, hard);
    writer.ldelim();
  }
  writeText(writer, 10, meta.cgroupParent);
  writeFlag(writer, 11, meta.removeMountStubsRecursive);
  encodePacked(writer, 12, meta.validExitCodes);
}

function encodeProxy(writer: Writer, proxy: ProxyEnv): void {
  writer.uint32(lengthTag(5)).fork();
  writeText(writer, 1, proxy.httpProxy);
  writeText(writer, 2, proxy.httpsProxy);
  writeText(writer, 3, proxy.ftpProxy);
  writeText(writer, 4, proxy.noProxy);
  writeText(writer, 5, proxy.allProxy);
  writer.ldelim();
}

function encodeMount(writer: Writer, mount: OpMount): void {
  writeNumber(writer, 1, mount.input);
  writeText(writer, 2, mount.selector);
  writeText(writer, 3, mount.dest);
  writeNumber(writer, 4, mount.output);
  writeFlag(writer, 5, mount.readonly);
  writeNumber(writer, 6, mountNumbers[mount.kind]);
  if (mount.tmpfs !== undefined) {
    writer.uint32(lengthTag(19)).fork();
    writeBigint(writer, 1, mount.tmpfs.size);
    writer.ldelim();
  }
  if (mount.cache !== undefined) {
    writer.uint32(lengthTag(20)).fork();
    writeText(writer, 1, mount.cache.id);
    writeNumber(writer, 2, sharingNumbers[mount.cache.sharing]);
    writer.ldelim();
  }
  if (mount.secret !== undefined) encodeCredential(writer, 21, mount.secret);
  if (mount.ssh !== undefined) encodeCredential(writer, 22, mount.ssh);
  writeText(writer, 23, mount.resultId);
  writeNumber(writer, 24, contentCacheNumbers[mount.contentCache]);
}

function encodeCredential(writer: Writer, field: number, credential: OpCredential): void {
  writer.uint32(lengthTag(field)).fork();
  writeText(writer, 1, credential.id);
  writeNumber(writer, 2, credential.uid);
  writeNumber(writer, 3, credential.gid);
  writeNumber(writer, 4, credential.mode);
  writeFlag(writer, 5, credential.optional);
  writer.ldelim();
}

function encodeBuild(writer: Writer, op: BuildOp): void {
  writeNumber(writer, 1, op.builder);
  for (const [name, index] of sortedEntries(op.named)) {
    writer.uint32(lengthTag(2)).fork();
    writeString(writer, 1, name);
    encodeIndex(writer, 2, index);
    writer.ldelim();
  }
  if (op.definition !== undefined) writer.uint32(lengthTag(3)).bytes(op.definition);
  encodeTextMap(writer, 4, op.attrs);
}

const networkNumbers: Record<NetworkMode, number> = { sandbox: 0, host: 1, none: 2 };
const securityNumbers: Record<SecurityMode, number> = { sandbox: 0, insecure: 1 };
const mountNumbers: Record<OpMount["kind"], number> = { bind: 0, secret: 1, ssh: 2, cache: 3, tmpfs: 4 };
const sharingNumbers: Record<CacheSharing, number> = { shared: 0, private: 1, locked: 2 };
const contentCacheNumbers: Record<ContentCache, number> = { default: 0, on: 1, off: 2 };
