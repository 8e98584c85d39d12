import { expect, test } from "vitest";
import { logTails } from "../../src/solver/log-tails.ts";

function logLine(vertex: string, text: string): string {
  const data = Buffer.from(text).toString("base64");
  return JSON.stringify({ logs: [{ vertex, stream: 1, data, timestamp: "2026-01-01T00:00:00Z" }] });
}

const make = `sha256:${"1".repeat(64)}`;
const test1 = `sha256:${"2".repeat(64)}`;

test("the log of each step is put together from the pieces in which it came", () => {
  const lines = [
    logLine(make, "cc a"),
    "something else",
    logLine(test1, "0 %\r50 %\r100 %\nok"),
    logLine(make, ".c\r\nld\n"),
  ];
  expect(logTails(lines)).toEqual(
    new Map([
      [make, ["cc a.c", "ld"]],
      [test1, ["100 %", "ok"]],
    ]),
  );
});

test("only the end is kept of what is long", () => {
  const lines = Array.from({ length: 3000 }, (_, index) => logLine(make, `line ${index}\n`));
  const tail = logTails(lines).get(make) ?? [];
  expect(tail.at(-1)).toBe("line 2999");
  expect(tail.join("\n").length).toBeLessThan(16_400);
});
