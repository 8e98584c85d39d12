import { expect, test } from "vitest";
import { capSetOf, capSetWithout, fullCapSet, llbCaps } from "../../src/llb/caps.ts";

test("the full set has every registered capability, and none of the two that never were", () => {
  const full = fullCapSet();
  expect(new Set(llbCaps).size).toBe(llbCaps.length);
  expect(llbCaps.every((id) => full.has(id))).toBe(true);
  expect(full.has("soruce.http.uidgid")).toBe(true);
  expect(full.has("file.copy.modestring")).toBe(false);
  expect(full.has("exec.meta.removemountstubs.recursive")).toBe(false);
});

test("a worker's list counts as far as its ids are known", () => {
  const set = capSetOf(["mergeop", "of.the.future", "file.copy.modestring"]);
  expect(["mergeop", "of.the.future", "file.copy.modestring", "diffop"].map((id) => set.has(id))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("single capabilities can be switched off", () => {
  const set = capSetWithout(["mergeop", "no.such.thing"]);
  expect(set.has("mergeop")).toBe(false);
  expect(set.has("diffop")).toBe(true);
});
