import { expect, it } from "vitest";
import { formatAge } from "../../src/cli/progress/format.ts";
import { recordTable, recordText, usageJson, usageSummary } from "../../src/cli/usage-records.ts";

const now = Date.UTC(2026, 0, 2);
const record = {
  ...{ id: "jcj4ieee1tgjm0bza3tlzkuvq", type: "regular", description: "mount / from exec make", size: 12_291_000 },
  ...{ parents: ["p1", "p2"], mutable: false, inUse: false, shared: true, usageCount: 2 },
  ...{ createdAt: Date.UTC(2026, 0, 1), lastUsedAt: now - 5000 },
};
const other = { ...record, id: "ys0458aee3w3lb4vw1z17eqgv", size: 0, mutable: true, inUse: true, shared: false };

it("is a table with the columns and marks of docker buildx", () => {
  expect(recordTable([record, other], now)).toBe(
    [
      "ID                           RECLAIMABLE   SIZE       LAST ACCESSED",
      "jcj4ieee1tgjm0bza3tlzkuvq    true          12.29MB*   5 seconds ago",
      "ys0458aee3w3lb4vw1z17eqgv*   false         0B         5 seconds ago",
      "",
    ].join("\n"),
  );
});

it("adds up what is there, what of it can go, and what an image has as well", () => {
  expect(usageSummary([record, { ...other, size: 1000 }])).toBe(
    "Shared:       12.29MB\nPrivate:      1kB\nReclaimable:  12.29MB\nTotal:        12.29MB\n",
  );
});

it("tells all of a record, and no more than is known", () => {
  const { lastUsedAt: _, ...unused } = { ...record, description: "", parents: [] };
  expect(recordText(record, now)).toContain("Parents:      p1, p2\nCreated at:   2026-01-01T00:00:00.000Z\n");
  expect(recordText(unused, now)).not.toMatch(/Parents|Description|Last used/);
});

it("is JSON with numbers and instants for programs", () => {
  expect(JSON.parse(usageJson([record]))).toMatchObject([{ size: 12_291_000, lastUsedAt: "2026-01-01T23:59:55.000Z" }]);
});

it.each([
  [400, "Less than a second"],
  [1_000, "1 second"],
  [59_999, "59 seconds"],
  [60_000, "About a minute"],
  [3_500_000, "58 minutes"],
  [3_600_000, "About an hour"],
  [47 * 3_600_000, "47 hours"],
  [3 * 86_400_000, "3 days"],
  [20 * 86_400_000, "2 weeks"],
  [100 * 86_400_000, "3 months"],
  [1000 * 86_400_000, "2 years"],
])("%d ms are %s", (milliseconds, words) => {
  expect(formatAge(milliseconds)).toBe(words);
});
