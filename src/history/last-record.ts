import type { Manifest } from "../graph/history/manifest.ts";
import { type FoundRecord, findNewest, type History } from "./history-store.ts";

/** The last build of a context that was recorded as it ran. */
export function lastRecord(history: History, context: string): Promise<FoundRecord | undefined> {
  return findNewest(history, (build) => build.context === context && build.origin === "solve");
}

/** What a build read of local folders, by the identifiers of their sources, of which the next build has the same. */
export function manifestsByIdentifier(
  { steps: { vertices }, manifestNames }: FoundRecord,
  manifests: ReadonlyMap<string, Manifest>,
): ReadonlyMap<string, Manifest> {
  return new Map(
    vertices.flatMap(({ digest, traits }) => {
      const manifest = manifests.get(manifestNames.get(digest) ?? "");
      const identifier = traits.find(({ name }) => name === "source")?.value;
      return manifest === undefined || identifier === undefined ? [] : [[identifier, manifest] as const];
    }),
  );
}
