import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { Failure } from "../failure.ts";
import { findEntry, type IndexEntry, readIndex } from "./oci-index.ts";

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
  const entries = await entriesOf(folder, source);
  const [only, ...others] = entries;
  const found = findEntry(entries, tag) ?? (others.length === 0 ? only : undefined);
  if (found !== undefined) return found.digest;
  const names = entries.flatMap(({ refName }) => refName ?? []).join(", ");
  throw unreadable(source, `it has no image tagged ${tag}${names === "" ? "" : ` (there are: ${names})`}`);
}

async function entriesOf(folder: string, source: string): Promise<readonly IndexEntry[]> {
  try {
    return await readIndex(folder);
  } catch (error) {
    throw unreadable(source, "its index.json cannot be read", error);
  }
}

function unreadable(source: string, why: string, cause?: unknown): Failure {
  return new Failure("context-unreadable", `the context ${source} cannot be read: ${why}`, { cause });
}
