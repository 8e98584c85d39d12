import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareUtf8, decodeUtf8, encodeUtf8, isWellFormed, toWellFormed } from "../src/utf8.ts";

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .array(fc.constantFrom("a", "é", "\u2028", "\u{1f600}", "\xff", "\xc3", "\xed\xa0\x80", "\xf0\x9f"), {
      maxLength: 12,
    })
    .map((parts) =>
      Buffer.concat(
        parts.map((part) =>
          /[\x80-\xff]/.test(part) && part !== "é" ? Buffer.from(part, "latin1") : Buffer.from(part),
        ),
      ),
    ),
);
const texts = fc.string({ unit: "binary", maxLength: 20 });

describe("bytes as text", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(Buffer.compare(encodeUtf8(decodeUtf8(given)), given)).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it("are what everyone reads where they are valid, and one unit per byte where not", () => {
    expect(decodeUtf8(Buffer.from("aé\u{1f600}"))).toBe("aé\u{1f600}");
    expect(decodeUtf8(Buffer.from([0x61, 0xff, 0xc3, 0x62, 0xe2, 0x80]))).toBe("a\udcff\udcc3b\udce2\udc80");
    // An overlong slash, and half a surrogate pair.
    expect(decodeUtf8(Buffer.from([0xc0, 0xaf, 0xed, 0xa0, 0x80]))).toBe("\udcc0\udcaf\udced\udca0\udc80");
  });
});

describe("text as bytes", () => {
  it("is what everyone writes but for units that stand for bytes", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const expected = text
          .split(/(\p{Surrogate})/u)
          .map((part) => (/^[\udc80-\udcff]$/.test(part) ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part)));
        expect(Buffer.compare(encodeUtf8(text), Buffer.concat(expected))).toBe(0);
        expect(isWellFormed(toWellFormed(text))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("orders as its bytes do", () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(Buffer.compare(encodeUtf8(a), encodeUtf8(b))));
      }),
    );
  });

  it("is made in one go, however many bytes are odd", () => {
    const odd = Buffer.alloc(1_000_000, 0x80);
    expect(Buffer.compare(encodeUtf8(decodeUtf8(odd)), odd)).toBe(0);
  });
});
