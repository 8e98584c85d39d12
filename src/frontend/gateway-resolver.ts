import { Failure } from "../failure.ts";
import type { ImageRequest, ResolvedImage, SourceMetadata, SourceResolver } from "../graph/compile-options.ts";
import { parsePlatform } from "../platform.ts";
import { registryRemedy } from "../registry-remedy.ts";
import type { Gateway } from "./gateway.ts";

/** Resolves images and other sources as the worker sees them, under its source policies and with its credentials. */
export function gatewayResolver(gateway: Gateway): SourceResolver {
  return {
    image: async (ref, request) => {
      try {
        return await resolveImage(gateway, ref, request);
      } catch (error) {
        throw unresolved(ref, error);
      }
    },
    source: (identifier, attrs, request) => resolveSource(gateway, identifier, attrs, request),
  };
}

async function resolveImage(gateway: Gateway, ref: string, request: ImageRequest): Promise<ResolvedImage> {
  const { resolveMode, logName, ociLayout, signal } = request;
  const platform = parsePlatform(request.platform);
  if (!resolvesSources(gateway)) {
    return gateway.resolveImageConfig({ ref, platform, resolveMode, logName, ociLayout }, signal);
  }
  const scheme = ociLayout === undefined ? "docker-image://" : "oci-layout://";
  const attrs = new Map<string, string>();
  if (ociLayout !== undefined && ociLayout.sessionId !== "") attrs.set("oci.session", ociLayout.sessionId);
  if (ociLayout !== undefined && ociLayout.storeId !== "") attrs.set("oci.store", ociLayout.storeId);
  const meta = await gateway.resolveSourceMeta(
    {
      identifier: `${scheme}${ref}`,
      attrs,
      platform,
      resolveMode: ociLayout === undefined ? resolveMode : undefined,
      logName,
    },
    signal,
  );
  if (meta.image === undefined) return { replacedBy: meta.identifier };
  const { digest, config } = meta.image;
  return { ref: meta.identifier.replace(/^(?:docker-image|oci-layout):\/\//, ""), digest, config };
}

async function resolveSource(
  gateway: Gateway,
  identifier: string,
  attrs: Readonly<Record<string, string>>,
  { signal, logName }: { readonly signal: AbortSignal; readonly logName?: string },
): Promise<SourceMetadata> {
  if (!resolvesSources(gateway)) return {};
  const meta = await gateway.resolveSourceMeta(
    { identifier, attrs: new Map(Object.entries(attrs)), gitObjects: identifier.startsWith("git://"), logName },
    signal,
  );
  const { git, http } = meta;
  return {
    ...(git === undefined ? {} : { gitChecksum: git.checksum }),
    ...(git?.commitObject === undefined ? {} : { gitCommitObject: git.commitObject }),
    ...(http?.lastModified === undefined ? {} : { httpLastModified: http.lastModified }),
  };
}

/** The worker's refusal in terms of the image; what else can go wrong with a call stays as it is. */
function unresolved(ref: string, error: unknown): unknown {
  if (!(error instanceof Failure) || error.code !== "worker-refused") return error;
  return new Failure("image-unresolved", `the image ${ref} cannot be resolved: ${error.message}`, {
    cause: error.cause,
    remedy: registryRemedy(error.message) ?? "Check the name, or map it to another image with a named context.",
  });
}

/** Older workers know images only, and nothing of policies that replace one source by another. */
function resolvesSources(gateway: Gateway): boolean {
  return gateway.build.gatewayCaps.has("source.metaresolver");
}
