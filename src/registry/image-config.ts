import { Failure } from "../failure.ts";
import { formatPlatformFully, type Platform } from "../platform.ts";
import { type Descriptor, type Manifest, ManifestError, parseManifest, parseObject, platformOf } from "./manifest.ts";
import { configTypes } from "./media-types.ts";
import { bestForPlatform, platformRanking } from "./platform-match.ts";

/** Where the parts of one image come from: a repository, an OCI layout. Content has been checked by its digest. */
export interface ImageContent {
  /** The image, for messages. */
  readonly what: string;
  readManifest(descriptor: Descriptor, signal: AbortSignal | undefined): Promise<Uint8Array>;
  readConfig(descriptor: Descriptor, signal: AbortSignal | undefined): Promise<Uint8Array>;
}

/**
 * The config of an image for a platform, chosen as BuildKit chooses: a manifest is taken as it is, of an index the best
 * one for the platform, of indexes within it likewise. Rejects with a Failure `image-unresolved` that says what there is
 * instead, and as `content` does.
 */
export async function readImageConfig(
  content: ImageContent,
  root: { readonly content: Uint8Array; readonly mediaType?: string },
  platform: Platform,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const rank = platformRanking(platform);
  let manifest = parse(content.what, root.content, root.mediaType);
  let unnamed = false;
  for (let depth = 0; manifest.kind === "index"; depth++) {
    if (depth > deepestIndex) throw unresolved(content.what, "it has indexes within indexes without end");
    const manifests: readonly Descriptor[] = manifest.manifests.filter((each) => !isAttestation(each));
    const best = bestForPlatform(manifests, rank);
    if (best === undefined) throw missingPlatform(content.what, platform, manifests);
    unnamed = best.platform === undefined;
    manifest = parse(content.what, await content.readManifest(best, signal), best.mediaType);
  }
  if (!configTypes.has(manifest.config.mediaType)) {
    throw unresolved(content.what, `it is no container image: its config is of type ${manifest.config.mediaType}`);
  }
  const config = await content.readConfig(manifest.config, signal);
  // Where the index says nothing, the config decides whether it fits.
  if (unnamed && rank(configPlatform(content.what, config)) === undefined) {
    throw missingPlatform(content.what, platform, [{ platform: configPlatform(content.what, config) }]);
  }
  return config;
}

const deepestIndex = 16;

/** Facts about an image, which lie beside it in its index. */
function isAttestation({ platform, annotations }: Descriptor): boolean {
  return (
    (platform === undefined || platform.os === "unknown") &&
    annotations.get("vnd.docker.reference.type") === "attestation-manifest"
  );
}

function parse(what: string, content: Uint8Array, mediaType: string | undefined): Manifest {
  return read(what, () => parseManifest(content, mediaType));
}

function configPlatform(what: string, config: Uint8Array): Platform {
  return read(what, () => platformOf(parseObject(config)));
}

function read<T>(what: string, parseIt: () => T): T {
  try {
    return parseIt();
  } catch (error) {
    if (error instanceof ManifestError) throw unresolved(what, error.message);
    throw error;
  }
}

function missingPlatform(
  what: string,
  wanted: Platform,
  offers: readonly { readonly platform?: Platform | undefined }[],
): Failure {
  const there = offers.flatMap(({ platform }) =>
    platform === undefined || platform.os === "unknown" ? [] : [formatPlatformFully(platform)],
  );
  const list = [...new Set(there)].join(", ");
  return new Failure(
    "image-unresolved",
    `${what} is not there for ${formatPlatformFully(wanted)}, only for ${list || "no platform at all"}`,
    { remedy: "Build for one of these platforms, or take another image." },
  );
}

function unresolved(what: string, why: string): Failure {
  return new Failure("image-unresolved", `${what} cannot be used: ${why}`);
}
