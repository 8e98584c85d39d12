import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../errno.ts";
import { writeWhole } from "../whole-file.ts";
import { fieldOf, recordOf } from "./json-fields.ts";
import { withLock } from "./lock-file.ts";

/** An entry of an OCI layout's `index.json`, whose other fields (`fields` has them all) we do not touch. */
export interface IndexEntry {
  readonly digest: string;
  /** `org.opencontainers.image.ref.name`: as a rule a tag. */
  readonly refName: string | undefined;
  /** `io.containerd.image.name`: the whole name of an image. */
  readonly imageName: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How an entry is named: by a tag alone, or as the image with a whole name. */
export type EntryName =
  | { readonly kind: "tag"; readonly tag: string }
  | { readonly kind: "image"; readonly name: string };

/**
 * The entries of an OCI layout's index, in order. Rejects with the system's error, or with a SyntaxError or TypeError
 * for an index that is none.
 */
export async function readIndex(folder: string): Promise<readonly IndexEntry[]> {
  const { manifests } = await readIndexFile(folder);
  return manifests;
}

/** The entry that a tag, or the name of an image, stands for. */
export function findEntry(entries: readonly IndexEntry[], name: string): IndexEntry | undefined {
  return entries.find(({ imageName }) => imageName === name) ?? entries.find(({ refName }) => refName === name);
}

/**
 * Adds a descriptor to the index of a folder under each of the names, in place of what had it, and makes the folder an
 * OCI layout if it was none. Others may do the same at the same time, also from other processes: no entry gets lost,
 * and a reader sees the index before or after, never half of it.
 */
export async function addToIndex(
  folder: string,
  descriptor: Readonly<Record<string, unknown>>,
  names: readonly EntryName[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await withLock(join(folder, "index.json.lock"), async () => {
    const index = await readIndexFile(folder).catch((error: unknown) => {
      if (errnoOf(error) === "ENOENT") return { fields: {}, manifests: [] };
      throw error;
    });
    let manifests = index.manifests.map(({ fields }) => fields);
    for (const name of names) {
      const annotations = annotationsOf(name);
      manifests = manifests.filter((fields) => !hasName(fields, annotations));
      manifests.push({ ...descriptor, annotations: { ...recordOf(descriptor.annotations), ...annotations } });
    }
    await replaceFile(folder, "oci-layout", { imageLayoutVersion: "1.0.0" });
    await replaceFile(folder, "index.json", {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      ...index.fields,
      manifests,
    });
  });
}

const refNameKey = "org.opencontainers.image.ref.name";
const imageNameKey = "io.containerd.image.name";

async function readIndexFile(folder: string) {
  const index: unknown = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
  const manifests = fieldOf(index, "manifests") ?? [];
  if (!Array.isArray(manifests)) throw new TypeError("the index lists no manifests");
  return { fields: recordOf(index), manifests: manifests.flatMap(readEntry) };
}

function readEntry(entry: unknown): readonly IndexEntry[] {
  const digest = fieldOf(entry, "digest");
  if (typeof digest !== "string") return [];
  const annotations = fieldOf(entry, "annotations");
  const text = (key: string) => {
    const value = fieldOf(annotations, key);
    return typeof value === "string" ? value : undefined;
  };
  return [{ digest, refName: text(refNameKey), imageName: text(imageNameKey), fields: recordOf(entry) }];
}

function annotationsOf(name: EntryName): Readonly<Record<string, string>> {
  if (name.kind === "tag") return { [refNameKey]: name.tag };
  return { [imageNameKey]: name.name, [refNameKey]: tagOf(name.name) };
}

/** What containerd calls the object of a name: its tag and digest, and nothing where there are none. */
function tagOf(name: string): string {
  const at = name.search(/[:@][^/]*$/);
  return at < 0 ? "" : name.slice(at + 1).replace(/^@/, "");
}

function hasName(fields: unknown, annotations: Readonly<Record<string, string>>): boolean {
  const own = fieldOf(fields, "annotations");
  return [refNameKey, imageNameKey].every((key) => (fieldOf(own, key) ?? "") === (annotations[key] ?? ""));
}

async function replaceFile(folder: string, name: string, content: unknown): Promise<void> {
  await writeWhole(join(folder, name), JSON.stringify(content));
}
