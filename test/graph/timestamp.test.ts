import { describe, expect, it } from "vitest";
import { formatTimestamp, parseTimestamp, secondsOf, timestampOfSeconds } from "../../src/graph/timestamp.ts";

describe("times", () => {
  it.each([
    ["2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"],
    ["2020-01-02T03:04:05.120Z", "2020-01-02T03:04:05.12Z"],
    ["2020-01-02T03:04:05.123456789+02:00", "2020-01-02T03:04:05.123456789+02:00"],
    ["2020-01-02T03:04:05+00:00", "2020-01-02T03:04:05Z"],
    ["1969-12-31T23:59:59.5-05:30", "1969-12-31T23:59:59.5-05:30"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
  ])("print %s again as %s", (text, expected) => {
    const timestamp = parseTimestamp(text);
    if (timestamp === undefined) throw new Error("not read");
    expect(formatTimestamp(timestamp)).toBe(expected);
  });

  it.each([
    "2020-02-30T00:00:00Z",
    "2020-01-01",
    "2020-01-01 00:00:00Z",
    "2020-01-01T00:00:00",
    "2020-01-01T25:00:00Z",
    "",
  ])("refuse %j", (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it("round seconds down, also before 1970", () => {
    expect(secondsOf({ nanoseconds: -1n, offset: 0 })).toBe(-1n);
    expect(secondsOf({ nanoseconds: 1_999_999_999n, offset: 0 })).toBe(1n);
  });

  it("cannot be printed outside the years 0 to 9999", () => {
    const far = timestampOfSeconds(9_223_372_036_854_775_807n);
    expect(formatTimestamp(far)).toBeUndefined();
  });
});
