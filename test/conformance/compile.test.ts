import { afterAll, describe, expect, it } from "vitest";
import { differencesOf } from "./compile-case.ts";
import { loadCompileCases } from "./load.ts";

/** How many cases there are; the set only grows. */
const caseCount = 1037;

const cases = loadCompileCases();
const groups = new Map<string, typeof cases>();
for (const member of cases) groups.set(member.group, [...(groups.get(member.group) ?? []), member]);

describe("definitions, image configs, warnings and verdicts are those of BuildKit's frontend", () => {
  const passed = new Map<string, number>();

  it("knows all cases", () => {
    expect(cases.length).toBeGreaterThanOrEqual(caseCount);
  });

  for (const [group, members] of groups) {
    describe(group, () => {
      for (const member of members) {
        it(`${member.name}: ${member.about}`, async () => {
          expect(await differencesOf(member)).toEqual([]);
          passed.set(group, (passed.get(group) ?? 0) + 1);
        });
      }
    });
  }

  afterAll(() => {
    const counts = [...groups].map(([group, members]) => `${group} ${passed.get(group) ?? 0}/${members.length}`);
    const total = [...passed.values()].reduce((sum, count) => sum + count, 0);
    console.log(`conformance: ${total} of ${cases.length} definition cases pass (${counts.join(", ")})`);
  });
});
