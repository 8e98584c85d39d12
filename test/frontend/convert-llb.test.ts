import { describe, expect, test } from "vitest";
import { convertLlb } from "../../src/frontend/convert-llb.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { optionsOf } from "../conformance/compile-case.ts";
import { type ExpectedCompilation, loadGroup } from "../conformance/load.ts";

const cases = ["copy", "run-mounts", "link", "run-options"]
  .flatMap((group) => loadGroup<ExpectedCompilation>(group))
  .filter(({ expected, options }) => expected.ok && options.targetPlatforms === undefined);

describe("a definition as JSON", () => {
  test.each(cases.map((one) => [`${one.group}/${one.name}`, one] as const))("%s", async (_, testCase) => {
    const { json: text } = await convertLlb(testCase.dockerfile, optionsOf(testCase), {});
    const { def, metadata, source } = JSON.parse(text);
    const expected = unmarshal(Buffer.from(testCase.expected.platforms?.[0]?.definition ?? "", "base64"));
    expect(Object.keys(def)).toEqual([...expected.digests].sort());
    expect(Object.keys(metadata)).toEqual([...expected.metadata.keys()].sort());
    for (const [digest, { caps, description, ignoreCache }] of expected.metadata) {
      expect(Object.keys(metadata[digest].caps ?? {})).toEqual([...(caps ?? [])].sort());
      expect(metadata[digest].description).toEqual(description && Object.fromEntries([...description].sort()));
      expect(metadata[digest].ignore_cache).toBe(ignoreCache === true ? true : undefined);
    }
    if (expected.source === undefined) return;
    expect(Object.keys(source.locations ?? {})).toEqual([...expected.source.locations.keys()].sort());
    expect(source.infos.map(({ data }: { data: string }) => data)).toEqual([
      Buffer.from(testCase.dockerfile).toString("base64"),
    ]);
  });
});

test("what travels beside an op has Go's names", async () => {
  const rawOptions = { memory: "1000", cpusetcpus: "0-1" };
  const dockerfile = Buffer.from("FROM scratch\nRUN --mount=type=tmpfs,target=/t : <x>\nCOPY --link a /\n");
  const { json: text } = await convertLlb(dockerfile, { rawOptions, sessionId: "s" }, {});
  expect(text).toContain(String.raw`: \u003cx\u003e`);
  const entries: Record<string, unknown>[] = Object.values(JSON.parse(text).metadata);
  expect(entries.find(({ linux_resources: limits }) => limits !== undefined)).toMatchObject({
    linux_resources: { memory: 1000, cpusetCpus: "0-1" },
  });
  expect(entries.find(({ progress_group: group }) => group !== undefined)).toMatchObject({
    progress_group: { id: "pg0", name: expect.stringContaining("COPY --link") },
  });
});
