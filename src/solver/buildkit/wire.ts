import type { Platform } from "../../platform.ts";
import type { common } from "./proto/gen/buildkit.js";

/** A map as the generated code takes it. It has no prototype: names such as `__proto__` are keys like any other. */
export function toRecord<Value>(map: ReadonlyMap<string, Value>): Record<string, Value> {
  const record: Record<string, Value> = Object.create(null);
  for (const [key, value] of map) record[key] = value;
  return record;
}

export function toMap<Value>(record: Readonly<Record<string, Value>> | null | undefined): Map<string, Value> {
  return new Map(Object.entries(record ?? {}));
}

export function toWirePlatform(platform: Platform): common.Platform.$Properties {
  return {
    os: platform.os,
    architecture: platform.architecture,
    variant: platform.variant ?? "",
    osVersion: platform.osVersion ?? "",
    osFeatures: [...(platform.osFeatures ?? [])],
  };
}

export function fromWirePlatform(platform: common.Platform.$Properties): Platform {
  const { os, architecture, variant, osVersion, osFeatures } = platform;
  return {
    os: os ?? "",
    architecture: architecture ?? "",
    ...(variant ? { variant } : {}),
    ...(osVersion ? { osVersion } : {}),
    ...(osFeatures && osFeatures.length > 0 ? { osFeatures } : {}),
  };
}

/** An instant as milliseconds since the epoch; a millisecond's fraction is exact to a quarter of a microsecond. */
export function fromWireTime(time: common.Timestamp.$Properties | null | undefined): number | undefined {
  if (time == null) return undefined;
  return (time.seconds?.toNumber() ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
}
