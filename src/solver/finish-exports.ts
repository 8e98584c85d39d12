import { errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import { recordOf } from "./json-fields.ts";
import { addToIndex, type EntryName } from "./oci-index.ts";
import type { ExportPlan } from "./outputs.ts";

/** Where an image went into a folder blob by blob, lists it in the folder's index, now that it is whole. */
export async function finishExports(
  { stores }: ExportPlan,
  exporterResponse: ReadonlyMap<string, string>,
): Promise<void> {
  const encoded = exporterResponse.get("containerimage.descriptor");
  if (encoded === undefined) return;
  const descriptor = recordOf(JSON.parse(Buffer.from(encoded, "base64").toString("utf8")));
  const names = exporterResponse.get("image.name");
  const entries: readonly EntryName[] =
    names === undefined || names === ""
      ? [{ kind: "tag", tag: "latest" }]
      : names.split(",").map((name) => ({ kind: "image", name }));
  for (const { path } of stores.values()) {
    try {
      await addToIndex(path, descriptor, entries);
    } catch (error) {
      throw new Failure("export-failed", `cannot list the image in ${path}: ${errnoText(error)}`, { cause: error });
    }
  }
}
