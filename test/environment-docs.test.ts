import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const text = readFileSync(join(root, "docs/environment.md"), "utf8");

test("each variable in docs/environment.md that is said to be tested is in the test that is named", () => {
  const rows = text.split("\n").filter((line) => line.startsWith("| `") && line.includes("test/"));
  const wrong = rows.flatMap((row) => {
    const [, variables = "", , tests = ""] = row.split("|");
    const files = [...tests.matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file);
    const contents = files.map((file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : ""));
    return [...variables.matchAll(/`([A-Z_]+)`/g)]
      .map(([, name = ""]) => name)
      .filter((name) => !contents.some((content) => new RegExp(`\\b${name}\\b`).test(content)));
  });
  expect(rows.length).toBeGreaterThan(15);
  expect(wrong).toEqual([]);
});
