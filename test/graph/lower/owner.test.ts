import { expect, test } from "vitest";
import { parseOwner } from "../../../src/graph/lower/owner.ts";

test.each([
  ["app", { user: { name: "app" } }],
  ["1000", { user: { id: 1000 } }],
  ["root", { user: { id: 0 } }],
  ["app:staff", { user: { name: "app" }, group: { name: "staff" } }],
  ["1000:root", { user: { id: 1000 }, group: { id: 0 } }],
  ["app:", { user: { name: "app" }, group: { id: 0 } }],
  [":5", { user: { id: 0 }, group: { id: 5 } }],
  ["a:b:c", { user: { name: "a" }, group: { name: "b:c" } }],
  ["+7:-0", { user: { id: 7 }, group: { id: 0 } }],
  ["-1", { user: { id: 0xffffffff } }],
  ["2147483647", { user: { id: 2147483647 } }],
  ["2147483648", { user: { name: "2147483648" } }],
  ["0x10", { user: { name: "0x10" } }],
  ["1e3", { user: { name: "1e3" } }],
  [" 1", { user: { name: " 1" } }],
  ["jÃ¼rgen", { user: { name: "jÃ¼rgen" } }],
])("%j", (text, owner) => {
  expect(parseOwner(text)).toEqual(owner);
});
