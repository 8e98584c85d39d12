import Long from "long";
import type { FileStat, GatewayRef, ReadDirOptions, ReadFileOptions } from "../../frontend/gateway.ts";
import type { Bridge } from "./bridge.ts";
import { bridgeService } from "./client-services.ts";
import type { fsutil } from "./proto/gen/buildkit.js";

/** A result that the worker keeps for the build, and what is in it. */
export function gatewayRef(
  bridge: Bridge,
  { id, definition }: Pick<GatewayRef, "id" | "definition">,
  canEvaluate: boolean,
): GatewayRef {
  return {
    id,
    definition,
    async readFile(path: string, { offset, length }: ReadFileOptions, signal: AbortSignal) {
      const part = offset !== undefined || length !== undefined;
      const range = { offset: Long.fromNumber(offset ?? 0), length: Long.fromNumber(length ?? 0) };
      const request = { ref: id, filePath: path, ...(part ? { range } : {}) };
      return (await bridge.call(bridgeService.readFile, request, signal)).data;
    },
    async readDir(path: string, { includePattern }: ReadDirOptions, signal: AbortSignal) {
      const request = { ref: id, dirPath: path, includePattern: includePattern ?? "" };
      return (await bridge.call(bridgeService.readDir, request, signal)).entries.map(readStat);
    },
    async statFile(path: string, signal: AbortSignal) {
      return readStat((await bridge.call(bridgeService.statFile, { ref: id, path }, signal)).stat ?? {});
    },
    async evaluate(signal: AbortSignal) {
      // Any look inside forces the result, where the call for it is missing.
      if (canEvaluate) await bridge.call(bridgeService.evaluate, { ref: id }, signal);
      else await bridge.call(bridgeService.statFile, { ref: id, path: "." }, signal);
    },
  };
}

function readStat(stat: fsutil.Stat.$Properties): FileStat {
  return {
    path: stat.path ?? "",
    mode: stat.mode ?? 0,
    uid: stat.uid ?? 0,
    gid: stat.gid ?? 0,
    size: stat.size?.toBigInt() ?? 0n,
    modTime: stat.modTime?.toBigInt() ?? 0n,
    linkname: stat.linkname ?? "",
  };
}
