import type { BuildRecord } from "../graph/history/build-record.ts";
import type { Manifest } from "../graph/history/manifest.ts";
import { type History, listRecords, readRecord } from "./history-store.ts";

/** What the last build of a context read of local folders, by the identifiers of their sources. */
export async function lastManifests(history: History, context: string): Promise<ReadonlyMap<string, Manifest>> {
  const last = (await listRecords(history)).find((build) => build.context === context && build.origin === "solve");
  const record = last && (await readRecord(history, last.ref));
  return record === undefined ? new Map() : manifestsByIdentifier(record);
}

function manifestsByIdentifier({ vertices, manifests }: BuildRecord): ReadonlyMap<string, Manifest> {
  return new Map(
    vertices.flatMap(({ digest, traits }) => {
      const manifest = manifests.get(digest);
      const identifier = traits.find(({ name }) => name === "source")?.value;
      return manifest === undefined || identifier === undefined ? [] : [[identifier, manifest] as const];
    }),
  );
}
