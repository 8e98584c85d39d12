import { statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fileTime } from "../../../src/solver/buildkit/filesend/file-time.ts";
import { tempFolder } from "../filesync/rig.ts";

test("a file gets the time it is to have, cut off at the microsecond; before 1970, at the millisecond", () => {
  const file = join(tempFolder(), "file");
  writeFileSync(file, "");
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 18n), max: 4n * 10n ** 18n }), (time) => {
      utimesSync(file, fileTime(time), fileTime(time));
      const unit = time < 0n ? 1_000_000n : 1000n;
      const floor = time - (((time % unit) + unit) % unit);
      const set = statSync(file, { bigint: true }).mtimeNs;
      expect(set - (((set % unit) + unit) % unit)).toBe(floor);
    }),
    { numRuns: 2000 },
  );
});

test("whole seconds, which SOURCE_DATE_EPOCH gives, are exact", () => {
  const file = join(tempFolder(), "file");
  writeFileSync(file, "");
  for (const seconds of [0n, 1n, 1_700_000_000n, 4_000_000_000n]) {
    utimesSync(file, 0, fileTime(seconds * 10n ** 9n));
    expect(statSync(file, { bigint: true }).mtimeNs).toBe(seconds * 10n ** 9n);
  }
});
