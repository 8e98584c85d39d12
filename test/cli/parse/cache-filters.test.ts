import { expect, it } from "vitest";
import { parseCacheFilters } from "../../../src/cli/parse/cache-filters.ts";

it.each([
  { given: ["type=exec.cachemount"], filters: ["type==exec.cachemount"] },
  { given: ["id=abc"], filters: ["id~=abc"] },
  { given: ["type!=internal", "description~=npm ci"], filters: ['type!=internal,description~="npm ci"'] },
  { given: ["mutable", "private"], filters: ["mutable,private"] },
  { given: ["mutable=false", "shared=true"], filters: ["immutable,shared"] },
  { given: [], filters: [] },
])("$given is $filters in the worker's words", ({ given, filters }) => {
  expect(parseCacheFilters(given)).toEqual({ filters });
});

it.each([
  ["until=24h", 86_400_000],
  ["unused-for=1h30m", 5_400_000],
  ["until=7d", 604_800_000],
])("%s keeps what was used within %d ms", (text, keepDuration) => {
  expect(parseCacheFilters([text])).toEqual({ filters: [], keepDuration });
});

it.each([
  ["tpye=regular", /did you mean type\?/],
  ["until=yesterday", /a duration such as 24h/],
  ["type", /say type=VALUE/],
  ["inuse=false", /say inuse, without a value/],
])("%s is refused", (text, says) => {
  expect(() => parseCacheFilters([text])).toThrow(says);
  expect(() => parseCacheFilters(["until=1h", "until=2h"])).toThrow(/another until/);
});
