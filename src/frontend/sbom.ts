import { Failure } from "../failure.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { BuildConfig } from "../graph/config/build-config.ts";
import { decodeImage } from "../graph/image-decode.ts";
import { imageEnv } from "../graph/image-state.ts";
import { formatPlatformFully, type Platform } from "../platform.ts";
import { encodeUtf8 } from "../utf8.ts";
import type { Attestation, Gateway } from "./gateway.ts";
import { gatewayResolver } from "./gateway-resolver.ts";
import { type Scanner, sbomDefinition } from "./sbom-definition.ts";
import { type SbomRequest, sbomRequest } from "./sbom-request.ts";

/** Makes the attestations of a compiled build, by platform. */
export type AttestationMaker = (
  compilation: Compilation,
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, readonly Attestation[]>>;

/**
 * Finds the scanner of the SBOM that the options of a build ask for; undefined where they ask for none, or where the
 * worker knows no attestations. The scanner covers the result and what the Dockerfile says by its scan arguments, which
 * the worker, that would otherwise scan the result alone, does not know.
 */
export async function sbomMaker(
  gateway: Gateway,
  { localPlatform, targetPlatforms }: Pick<BuildConfig, "localPlatform" | "targetPlatforms">,
  signal: AbortSignal,
): Promise<AttestationMaker | undefined> {
  const { options, gatewayCaps } = gateway.build;
  const request = gatewayCaps.has("reference.attestations") ? sbomRequest(options) : undefined;
  if (request === undefined) return undefined;
  const scanner = await resolveScanner(gateway, request, localPlatform, signal);
  // BuildKit attests a platform as often as it is named.
  const times = (name: string) => targetPlatforms.filter((target) => formatPlatformFully(target) === name).length || 1;
  return async ({ platforms }, linked) => {
    const scanned = platforms.map(async ({ platform: name, definition, scan }) => {
      const extras = new Map([...scan.extras].map(([extra, { bytes }]) => [extra, bytes]));
      const subject = { name, core: definition.bytes, extras, ignoreCache: scan.ignoreCache };
      const { ref } = await gateway.solve({ definition: sbomDefinition(scanner, subject) }, linked);
      const metadata = new Map(Object.entries({ reason: "sbom", "sbom-core": "sbom" }).map(encoded));
      const attestation = { ref, predicateType: "https://spdx.dev/Document", metadata };
      return [name, Array<Attestation>(times(name)).fill(attestation)] as const;
    });
    return new Map(await Promise.all(scanned));
  };
}

function encoded([key, value]: readonly [string, string]): [string, Uint8Array] {
  return [key, encodeUtf8(value)];
}

async function resolveScanner(
  gateway: Gateway,
  { generator, parameters }: SbomRequest,
  platform: Platform,
  signal: AbortSignal,
): Promise<Scanner> {
  const resolved = await gatewayResolver(gateway).image(generator, {
    platform: formatPlatformFully(platform),
    resolveMode: gateway.build.options.get("image-resolve-mode") ?? "",
    signal,
  });
  if ("replacedBy" in resolved) {
    throw new Failure("image-unresolved", `the scanner ${generator} is replaced by ${resolved.replacedBy}, no image`);
  }
  const image = decodeImage(resolved.config)?.image;
  const args = image === undefined ? [] : [...image.entrypoint, ...image.cmd];
  if (image === undefined || args.length === 0) {
    throw new Failure("image-unresolved", `the scanner ${generator} is an image that has no command`, {
      remedy: "Name another one with the option generator of the attestation sbom.",
    });
  }
  const { workingDir } = image;
  return { image: resolved.ref ?? generator, platform, args, env: imageEnv(image), workingDir, parameters };
}
