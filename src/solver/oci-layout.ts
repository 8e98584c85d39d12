import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../failure.ts";

/** An image of an OCI layout on this machine, as a build names it. */
export interface OciLayoutImage {
  /** What the worker asks us for the layout by: the same for the same folder. */
  readonly store: string;
  readonly folder: string;
  /** The context's value for BuildKit's frontend: the store in place of the folder, and always a digest. */
  readonly source: string;
}

/**
 * Reads `oci-layout://folder[:tag][@digest]`. Without a digest it is looked up in `index.json`: the image of that tag
 * (`latest` by default), or the only one. Rejects with a Failure `context-unreadable`.
 */
export async function findOciLayout(source: string): Promise<OciLayoutImage> {
  const match = /^oci-layout:\/\/(.+?)(?::([\w][\w.-]{0,127}))?(?:@([a-z0-9+._-]+:[0-9a-f]+))?$/.exec(source);
  const path = match?.[1];
  if (path === undefined) throw unreadable(source, "it is not of the form oci-layout://folder[:tag][@digest]");
  const [, , tag, digest] = match ?? [];
  let folder: string;
  try {
    folder = await realpath(path);
  } catch (error) {
    throw unreadable(source, "its folder is not there", error);
  }
  const found = digest ?? (await lookUp(folder, tag ?? "latest", source));
  const store = createHash("sha256").update(folder).digest("hex").slice(0, 32);
  return { store, folder, source: `oci-layout://${store}${tag === undefined ? "" : `:${tag}`}@${found}` };
}

async function lookUp(folder: string, tag: string, source: string): Promise<string> {
  const manifests = await readIndex(folder, source);
  const named = manifests.find(({ name }) => name === tag);
  const [only, ...others] = manifests;
  const found = named ?? (others.length === 0 ? only : undefined);
  if (found !== undefined) return found.digest;
  const names = manifests.flatMap(({ name }) => name ?? []).join(", ");
  throw unreadable(source, `it has no image tagged ${tag}${names === "" ? "" : ` (there are: ${names})`}`);
}

interface Manifest {
  readonly digest: string;
  readonly name: string | undefined;
}

async function readIndex(folder: string, source: string): Promise<readonly Manifest[]> {
  let index: unknown;
  try {
    index = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
  } catch (error) {
    throw unreadable(source, "its index.json cannot be read", error);
  }
  const manifests = fieldOf(index, "manifests");
  if (!Array.isArray(manifests)) throw unreadable(source, "its index.json lists no manifests");
  return manifests.flatMap((manifest) => {
    const digest = fieldOf(manifest, "digest");
    const name = fieldOf(fieldOf(manifest, "annotations"), "org.opencontainers.image.ref.name");
    return typeof digest === "string" ? [{ digest, name: typeof name === "string" ? name : undefined }] : [];
  });
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(key)
    : undefined;
}

function unreadable(source: string, why: string, cause?: unknown): Failure {
  return new Failure("context-unreadable", `the context ${source} cannot be read: ${why}`, { cause });
}
