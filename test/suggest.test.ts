import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, suggest } from "../src/suggest.ts";

/** The distance by its definition, for short texts. */
function distance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const replaced = distance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
  return a[0] === b[0] ? replaced : Math.min(replaced, distance(a.slice(1), b) + 1, distance(a, b.slice(1)) + 1);
}

describe("a suggestion", () => {
  it("is the nearest option within two edits, the first of equally near ones", () => {
    expect(suggest("RUNN", ["ENV", "RUN", "RUNX"])).toBe("RUN");
    expect(suggest("SORUCE", ["SOURCE", "FORCE"])).toBe("SOURCE");
    expect(suggest("abc", ["axx", "abx", "abd"])).toBe("abx");
    expect(suggest("PLATFROMS", ["PLATFORM"])).toBeUndefined();
  });

  it("is not given for what is an option itself: that is not the mistake", () => {
    expect(suggest("RUN", ["RUNN", "RUN"])).toBeUndefined();
  });

  it("takes the case of what was written, where case does not matter", () => {
    expect(suggest("runn", ["RUN"], { caseSensitive: false })).toBe("run");
    expect(suggest("RUNN", ["run"], { caseSensitive: false })).toBe("RUN");
    expect(suggest("Runn", ["RUN"], { caseSensitive: false })).toBe("run");
    expect(suggest("runn", ["RUN"])).toBeUndefined();
  });

  it("ends a message", () => {
    expect(didYouMean("relaese", ["release"])).toBe(" (did you mean release?)");
    expect(didYouMean("x", ["release"])).toBe("");
  });

  it("is, of any options, one at the least distance", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 5 }), (value, options) => {
        const found = suggest(value, options);
        const least = Math.min(3, ...options.map((option) => distance(value, option)));
        if (least === 0 || least === 3) expect(found).toBeUndefined();
        else expect(found).toBe(options.find((option) => distance(value, option) === least));
      }),
    );
  });

  it("takes no longer for long names than reading them", () => {
    const long = "x".repeat(100_000);
    expect(suggest(`${long}ab`, [`${long}ba`, `y${long}b`, long])).toBe(`${long}ba`);
  });
});
