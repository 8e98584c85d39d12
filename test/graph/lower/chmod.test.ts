import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidDockerfile } from "../../../src/graph/invalid-dockerfile.ts";
import { parseChmod } from "../../../src/graph/lower/chmod.ts";

describe("octal modes", () => {
  test.each([
    ["0", 0],
    ["7", 7],
    ["755", 0o755],
    ["0644", 0o644],
    ["7777", 0o7777],
    ["0000000755", 0o755],
  ])("%s", (text, bits) => {
    expect(parseChmod(text)).toBe(bits);
  });

  test.each(["10000", "17777", "0688", "9", "0o755", "7_5", "755 ", "755u", "77777777777777777777777"])(
    "%j only looks like one",
    (text) => {
      expect(() => parseChmod(text)).toThrow(/should be octal string and between 0 and 07777/);
    },
  );
});

describe("symbolic modes", () => {
  test.each([
    "u+x",
    "+x",
    "a=rX",
    "u=rwx,go=rx",
    "go-w",
    "u=g",
    "=",
    "go=",
    "u+",
    "u+r-w=x",
    "+t,u+s",
    "ugo+rwxXst",
    "u=go",
  ])("%s is kept as written", (text) => {
    expect(parseChmod(text)).toBe(text);
  });

  test.each(["u", "x", "rwx", "u+x,", ",u+x", "u*x", "u+z", "u+a", " u+x", "u+x ", "-1", "u+x\n", "u=rw x", "é"])(
    "%j is none",
    (text) => {
      expect(() => parseChmod(text)).toThrow(InvalidDockerfile);
    },
  );

  test("every clause list of the grammar is read, in no time", () => {
    const clause = fc
      .tuple(
        fc.stringMatching(/^[augo]{0,4}$/),
        fc.array(fc.stringMatching(/^[-+=][rstwXxugo]{0,5}$/), { minLength: 1 }),
      )
      .map(([who, changes]) => who + changes.join(""));
    fc.assert(
      fc.property(fc.array(clause, { minLength: 1, maxLength: 50 }), (clauses) => {
        const text = clauses.join(",");
        expect(parseChmod(text)).toBe(text);
        expect(() => parseChmod(`${text}!`)).toThrow(InvalidDockerfile);
      }),
    );
  });
});

test("no mode at all", () => {
  expect(parseChmod("")).toBeUndefined();
});
