import { goJsonString } from "../go-json.ts";
import { formatPlatformFully, normalizePlatform, type Platform } from "../platform.ts";
import type { ImagePlatform } from "./image-state.ts";

/** A platform of the result with the name under which the result has it. */
export interface ResultPlatform {
  readonly id: string;
  readonly platform: Platform;
}

/**
 * How the result calls a platform. The version and features of a Windows image are those of its base unless the
 * platform names others; the name keeps out of that.
 */
export function resultPlatform(platform: Platform, image: ImagePlatform, local: Platform): ResultPlatform {
  const normal = normalizePlatform(platform, local);
  const id = formatPlatformFully(normal);
  if (normal.os !== "windows" || image.os !== "windows") return { id, platform: normal };
  const osVersion = normal.osVersion ?? image.osVersion;
  const osFeatures = normal.osFeatures ?? ((image.osFeatures ?? []).length > 0 ? image.osFeatures : undefined);
  const extended: Platform = {
    ...normal,
    ...(osVersion === "" ? {} : { osVersion }),
    ...(osFeatures === undefined ? {} : { osFeatures }),
  };
  return { id, platform: normalizePlatform(extended, local) };
}

/** The metadata of the result that is neither definition nor config: its platforms and their times. */
export function resultMetadata(
  platforms: readonly ResultPlatform[],
  epochs: ReadonlyMap<string, string>,
  multiPlatform: boolean,
): Readonly<Record<string, string>> {
  const metadata: Record<string, string> = {
    "refs.platforms": `{"Platforms":[${platforms.map(encode).join(",")}]}`,
  };
  for (const [id, epoch] of epochs) metadata[multiPlatform ? `source.date.epoch/${id}` : "source.date.epoch"] = epoch;
  return metadata;
}

/** In the field order of Go's structures. */
function encode({ id, platform }: ResultPlatform): string {
  const fields = [`"architecture":${goJsonString(platform.architecture)}`, `"os":${goJsonString(platform.os)}`];
  const { osVersion, osFeatures = [], variant } = platform;
  if (osVersion !== undefined) fields.push(`"os.version":${goJsonString(osVersion)}`);
  if (osFeatures.length > 0) fields.push(`"os.features":[${osFeatures.map(goJsonString).join(",")}]`);
  if (variant !== undefined) fields.push(`"variant":${goJsonString(variant)}`);
  return `{"ID":${goJsonString(id)},"Platform":{${fields.join(",")}}}`;
}
