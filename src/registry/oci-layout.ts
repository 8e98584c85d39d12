import { open } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import { isDigest } from "../image-reference.ts";
import { hasDigest } from "./digest-check.ts";
import { type Descriptor, ManifestError, parseManifest } from "./manifest.ts";

/** What `oci-layout://folder[:tag][@digest]` names. */
export interface LayoutAddress {
  readonly folder: string;
  /** `latest` where neither tag nor digest is given; empty where there is only a digest. */
  readonly tag: string;
  readonly digest: string;
}

export const layoutScheme = "oci-layout://";

/** Reads the address of an image in an OCI layout, as docker buildx does; undefined for what has another scheme. */
export function parseLayoutAddress(text: string): LayoutAddress | undefined {
  if (!text.startsWith(layoutScheme)) return undefined;
  let folder = text.slice(layoutScheme.length);
  let digest = "";
  const at = folder.lastIndexOf("@");
  if (at >= 0 && isDigest(folder.slice(at + 1))) {
    digest = folder.slice(at + 1);
    folder = folder.slice(0, at);
  }
  let tag = digest === "" ? "latest" : "";
  const colon = folder.lastIndexOf(":");
  const isDrive = colon === 1 && /^[A-Za-z]:[\\/]/.test(folder);
  if (colon >= 0 && !isDrive && /^\w[\w.-]{0,127}$/.test(folder.slice(colon + 1))) {
    tag = folder.slice(colon + 1);
    folder = folder.slice(0, colon);
  }
  return { folder, tag, digest };
}

/**
 * The digest of the image that a tag names in the `index.json` of a layout: by its full name, by its tag, or else the
 * only one there is. Rejects with a Failure `image-unresolved` that lists the tags there are.
 */
export async function resolveLayoutTag(folder: string, tag: string): Promise<string> {
  const path = join(folder, "index.json");
  const content = await readLimited(path, longestIndex, `the OCI layout ${folder}`);
  let manifests: readonly Descriptor[];
  try {
    const index = parseManifest(content, "application/vnd.oci.image.index.v1+json");
    manifests = index.kind === "index" ? index.manifests : [];
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw new Failure("image-unresolved", `${path} is broken: ${error.message}`, { cause: error });
  }
  const only = manifests.length === 1 ? manifests[0] : undefined;
  const found =
    manifests.find(({ annotations }) => annotations.get(nameAnnotation) === tag) ??
    manifests.find(({ annotations }) => annotations.get(tagAnnotation) === tag) ??
    only;
  if (found !== undefined) return found.digest;
  const tags = manifests.flatMap(({ annotations }) => annotations.get(tagAnnotation) ?? []);
  throw new Failure("image-unresolved", `there is no image with the tag ${tag} in the OCI layout ${folder}`, {
    remedy: tags.length === 0 ? "Name the image by its digest." : `These tags are there: ${tags.join(", ")}.`,
  });
}

/**
 * The content with a digest in a layout, checked. Rejects with a Failure `image-unresolved` for what is absent, broken
 * or longer than `limit` bytes.
 */
export async function readLayoutContent(folder: string, digest: string, limit: number): Promise<Uint8Array> {
  const what = `${digest} in the OCI layout ${folder}`;
  if (!isDigest(digest)) throw new Failure("image-unresolved", `${JSON.stringify(digest)} is no digest`);
  const [algorithm = "", hex = ""] = digest.split(":");
  const content = await readLimited(join(folder, "blobs", algorithm, hex), limit, what);
  if (!hasDigest(content, digest)) {
    throw new Failure("image-unresolved", `${what} is broken: its content has another digest`);
  }
  return content;
}

const nameAnnotation = "io.containerd.image.name";
const tagAnnotation = "org.opencontainers.image.ref.name";
const longestIndex = 4 * 1024 * 1024;

async function readLimited(path: string, limit: number, what: string): Promise<Uint8Array> {
  try {
    const file = await open(path, "r");
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new Failure("image-unresolved", `${what} cannot be read: ${path} is no file`);
      if (stats.size > limit)
        throw new Failure("image-unresolved", `${what} cannot be read: it has more than ${limit} bytes`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = errnoOf(error) === "ENOENT" ? `there is no ${path}` : `${path}: ${errnoText(error)}`;
    throw new Failure("image-unresolved", `${what} cannot be read: ${why}`, {
      remedy: "Name a folder that holds an OCI layout: oci-layout, index.json and blobs.",
      cause: error,
    });
  }
}
