import * as crypto from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hash } from "../../src/cli/first-hashes.ts";

test("hashes bytes and text as node:crypto does, the first ones and those after many", () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    // Half a surrogate pair too.
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.uint8Array({ minLength: 2000, maxLength: 3000 }),
  );
  let hashed = 0;
  fc.assert(
    fc.property(content, (each) => {
      hashed += each.length;
      expect(hash("sha256", each, "hex")).toBe(crypto.hash("sha256", each, "hex"));
    }),
    { numRuns: 100 },
  );
  expect(hashed).toBeGreaterThan(40_000);
});
