import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { contextWith, temporaryFolder } from "./builds.ts";
import { run } from "./worker.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test("the package as npm packs it: its command runs from the shell, its library compiles, its types are there", async () => {
  const folder = temporaryFolder();
  const packed = await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
    cwd: root,
  });
  expect(packed.code, packed.stderr).toBe(0);
  const unpacked = await run("tar", ["-xzf", join(folder, packed.stdout.trim()), "-C", folder]);
  expect(unpacked.code, unpacked.stderr).toBe(0);

  const version = await run(join(folder, "package/dist/cli.cjs"), ["--version"]);
  expect(version.stdout.trim(), version.stderr).toBe(manifest.version);
  const graph = await run(join(folder, "package/dist/cli.cjs"), [
    "graph",
    contextWith("FROM scratch\nCOPY a.txt /\n"),
    "--format",
    "json",
  ]);
  expect(graph.code, graph.stderr).toBe(0);
  expect(JSON.parse(graph.stdout)).toBeTypeOf("object");
  expect(readFileSync(join(folder, "package/dist/types/index.d.ts"), "utf8")).toContain("compile");
});
