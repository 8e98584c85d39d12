import { expect, test } from "vitest";
import { readIgnoreFile } from "../src/ignore-file.ts";
import { PatternError } from "../src/pattern-error.ts";

const read = (text: string) => readIgnoreFile(Buffer.from(text, "utf8"));

test("patterns come out trimmed, cleaned and relative, in their order", () => {
  const text = "test1\n/test2\n/a/file/here\n\nlastfile\n# comment, ignored\n! /inverted/abs/path\n!\n! \n";
  expect(read(text)).toEqual(["test1", "test2", "a/file/here", "lastfile", "!inverted/abs/path", "!", "!"]);
});

test("a byte order mark goes, also before a comment; later ones stay", () => {
  expect(read("\uFEFF# comment\n\uFEFFa")).toEqual(["\uFEFFa"]);
  expect(read("\uFEFFa\n")).toEqual(["a"]);
});

test("a comment starts its line; an indented one is a pattern", () => {
  expect(read("#a\n #b\n")).toEqual(["#b"]);
});

test("Windows line ends and odd white space are trimmed", () => {
  expect(read("a\r\n\t b \u00a0\r\n\u0085c")).toEqual(["a", "b", "c"]);
});

test("a lone slash stays, dots are resolved", () => {
  expect(read("/\n./\na/../../b\n/..\n")).toEqual(["/", ".", "../b", "/"]);
});

test("bytes that are no UTF-8 are kept apart from the replacement character", () => {
  expect(readIgnoreFile(Uint8Array.of(0x61, 0xff, 0x62))).toEqual(["a\udcffb"]);
});

test("a line may have 65535 bytes", () => {
  expect(read(`${"a".repeat(65_535)}\nb`)).toHaveLength(2);
  expect(() => read(`x\n${"a".repeat(65_536)}`)).toThrow(PatternError);
});
