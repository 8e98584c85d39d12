import { expect, test } from "vitest";
import { fileChanges } from "../../../src/graph/explain/file-changes.ts";
import type { Manifest } from "../../../src/graph/history/manifest.ts";
import { manifestOf } from "../history/records.ts";

const reads = [{ path: "/now/a", wildcard: false, followLinks: true, includePatterns: [], excludePatterns: [] }];

test("where a path leads through a link, the link that points elsewhere is named with what it points at", () => {
  const folder = { "v1/a": "one", "v2/a": "two" };
  expect(fileChanges(withLink(folder, "v1"), withLink(folder, "v2"), { before: reads, after: reads })).toEqual([
    { path: "now", change: "target" },
    { path: "v1/a", change: "removed" },
    { path: "v2/a", change: "added" },
  ]);
});

function withLink(files: Readonly<Record<string, string>>, target: string): Manifest {
  const link = {
    path: "now",
    kind: "symlink",
    permissions: 0o777,
    size: 0,
    target,
    digest: target,
    content: "",
    stamp: "",
  };
  return { files: [...manifestOf(files).files, { ...link, kind: "symlink" as const }] };
}
