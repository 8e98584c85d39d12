import {
  formatReference,
  nameOfReference,
  parseFullReference,
  parseImageReference,
  withDefaultTag,
} from "../../image-reference.ts";
import type { SourceVertex } from "../../llb/vertex.ts";
import type { ContextBuild } from "./context-build.ts";
import { invalidContext, type LoadedContext, type NamedContext, type NamedContextUse } from "./loaded-context.ts";

/**
 * An image of a registry (`scratch` is none). A source policy may put another source in its place: the caller then loads that.
 */
export async function loadImageContext(
  build: ContextBuild,
  context: NamedContext,
  rest: string,
  use: NamedContextUse,
): Promise<LoadedContext | { readonly replacedBy: string }> {
  const written = rest.startsWith("//") ? rest.slice(2) : rest;
  if (written === "scratch") return { root: undefined, image: undefined };
  const reference = parseImageReference(written);
  if (reference === undefined)
    throw invalidContext(`the context "${context.key}" names the image "${written}", which is no image name`);
  const answer = await build.images.resolve({
    ref: formatReference(withDefaultTag(reference)),
    platform: context.platform,
    resolveMode: use.resolveMode,
    ociLayout: undefined,
    logName: `[context ${context.key}] load metadata for ${written}`,
    signal: use.signal,
  });
  if (answer.kind === "replaced") return { replacedBy: answer.identifier };
  const resolved = parseImageReference(answer.ref);
  const ref = resolved === undefined ? answer.ref : formatReference(withDefaultTag(resolved));
  const vertex = imageSource(`docker-image://${ref}`, "source.image", `[context ${context.key}] ${written}`, context);
  return { root: { vertex, output: 0 }, image: { config: answer.config, digest: answer.digest } };
}

/** The image with a digest in an OCI layout that the session serves as a store. */
export async function loadLayoutContext(
  build: ContextBuild,
  context: NamedContext,
  rest: string,
  use: NamedContextUse,
): Promise<LoadedContext> {
  const written = rest.startsWith("//") ? rest.slice(2) : rest;
  const stored = parseFullReference(written);
  if (stored === undefined)
    throw invalidContext(
      `the context "${context.key}" names the image "${written}" of an OCI layout, which is no image name`,
    );
  if (stored.digest === "") {
    throw invalidContext(
      `the context "${context.key}" names the image "${written}" of an OCI layout without a digest: add @sha256:…`,
    );
  }
  const named = parseImageReference(context.name);
  if (named === undefined) throw invalidContext(`the context "${context.key}" has no valid image name`);
  // The name under which the image is shown; what is loaded is decided by store and digest alone.
  const ref = formatReference({ ...named, digest: stored.digest });
  const layout = { sessionId: build.sessionId, storeId: nameOfReference(stored) };
  const answer = await build.images.resolve({
    ref,
    platform: context.platform,
    resolveMode: undefined,
    ociLayout: layout,
    logName: `[context ${context.key}] load metadata for ${ref}`,
    signal: use.signal,
  });
  if (answer.kind === "replaced")
    throw invalidContext(
      `a source policy replaces the OCI layout of the context "${context.key}" by ${answer.identifier}`,
    );
  const vertex = imageSource(
    `oci-layout://${ref}`,
    "source.ocilayout",
    `[context ${context.key}] OCI load from client`,
    context,
    layout,
  );
  return { root: { vertex, output: 0 }, image: { config: answer.config, digest: answer.digest } };
}

function imageSource(
  identifier: string,
  cap: string,
  title: string,
  context: NamedContext,
  layout?: { readonly sessionId: string; readonly storeId: string },
): SourceVertex {
  const attrs = new Map<string, string>();
  if (layout !== undefined && layout.sessionId !== "") attrs.set("oci.session", layout.sessionId);
  if (layout !== undefined && layout.storeId !== "") attrs.set("oci.store", layout.storeId);
  return {
    kind: "source",
    identifier,
    attrs,
    platform: context.platform,
    metadata: { caps: [cap], description: new Map([["llb.customname", title]]) },
  };
}
