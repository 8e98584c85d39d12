import { describe, expect, it } from "vitest";
import { goQuote } from "../src/go-quote.ts";
import { decodeUtf8 } from "../src/utf8.ts";

describe("goQuote", () => {
  it("puts plain text between quotes", () => {
    expect(goQuote("linux/amd64")).toBe('"linux/amd64"');
    expect(goQuote("")).toBe('""');
  });

  it("keeps what Go calls printable, in any script", () => {
    expect(goQuote("jürgen 日本 👍")).toBe('"jürgen 日本 👍"');
  });

  it("escapes quotes, backslashes and control characters by their short names", () => {
    expect(goQuote('a"b\\c\n\t\x07\v')).toBe('"a\\"b\\\\c\\n\\t\\a\\v"');
  });

  it("escapes everything else that cannot be printed by number", () => {
    expect(goQuote("\x00\x7f")).toBe('"\\x00\\x7f"');
    expect(goQuote("a\u00a0b\u200b")).toBe('"a\\u00a0b\\u200b"');
    expect(goQuote("\u{e0001}")).toBe('"\\U000e0001"');
  });

  it("takes characters that are newer than Unicode 15 for unprintable, as Go does", () => {
    expect(goQuote("\u0888\u0897\u31ef\u{2ebf0}\u{2ebe0}")).toBe('"\u0888\\u0897\\u31ef\\U0002ebf0\u{2ebe0}"');
    expect(goQuote("\u{e000}\u{10ffff}\ufffd")).toBe('"\\ue000\\U0010ffff\ufffd"');
  });

  it("shows bytes that are not UTF-8 as bytes", () => {
    expect(goQuote(decodeUtf8(Buffer.from([0x61, 0xf1, 0x6f, 0x80])))).toBe('"a\\xf1o\\x80"');
  });
});
