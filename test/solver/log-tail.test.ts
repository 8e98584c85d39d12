import { expect, it } from "vitest";
import { LogTail } from "../../src/solver/log-tail.ts";

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `cc file${from + index}.c\n`).join("");

it("keeps the last twenty lines", () => {
  const tail = new LogTail();
  tail.add("stdout", Buffer.from(numbered(1, 50)));
  expect(tail.lines()).toEqual(numbered(31, 50).trimEnd().split("\n"));
});

it("keeps an error that came before much else: the worker passes its streams on in any order", () => {
  const tail = new LogTail();
  tail.add("stderr", Buffer.from("error: undefined reference\n"));
  tail.add("stdout", Buffer.from(numbered(1, 3000)));
  expect(tail.lines()).toEqual(["error: undefined reference", ...numbered(2982, 3000).trimEnd().split("\n")]);
});

it("but of many errors the last ten, as long as there are others", () => {
  const tail = new LogTail();
  tail.add("stderr", Buffer.from(numbered(1, 30)));
  tail.add("stdout", Buffer.from("a\nb\n"));
  expect(tail.lines()).toEqual([...numbered(13, 30).trimEnd().split("\n"), "a", "b"]);
});

it("puts lines together that came in pieces, of both streams at once", () => {
  const tail = new LogTail();
  tail.add("stdout", Buffer.from("one "));
  tail.add("stderr", Buffer.from("oops"));
  tail.add("stdout", Buffer.from("line\r\n\n"));
  expect(tail.lines()).toEqual(["one line", "", "oops"]);
});

it("keeps little of an endless line, and of endlessly many pieces", () => {
  const tail = new LogTail();
  for (let index = 0; index < 10_000; index++) tail.add(index % 2 === 0 ? "stdout" : "stderr", Buffer.alloc(1024, "x"));
  expect(tail.lines().every((line) => line.length <= 16 << 10)).toBe(true);
});

it("keeps of a line that is drawn again and again what stood there last", () => {
  const tail = new LogTail();
  tail.add("stdout", Buffer.from("0 %\r50 %\r100 %\nok\r\n"));
  expect(tail.lines()).toEqual(["100 %", "ok"]);
});
