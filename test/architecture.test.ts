import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// Which folder may import which; `leaf` are the files directly in src/ (but index.ts, which exports everything).
const arrows: Readonly<Record<string, readonly string[]>> = {
  leaf: [],
  parser: ["leaf"],
  llb: ["leaf"],
  registry: ["leaf"],
  graph: ["leaf", "parser", "llb"],
  page: ["graph"],
  frontend: ["leaf", "llb", "graph"],
  solver: ["leaf", "llb", "graph", "frontend", "registry"],
  history: ["leaf", "graph", "solver"],
  cli: ["leaf", "llb", "graph", "frontend", "registry", "solver", "history"],
  index: ["leaf", "parser", "llb", "graph", "frontend", "registry", "solver", "history"],
};

const root = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
  .map((file) => file.split(sep).join("/"));
const imports = new Map(files.map((file) => [file, importsOf(file)]));

test("a folder imports only the folders that it may know, types included", () => {
  const wrong = [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => folderOf(target) !== folderOf(file) && !arrows[folderOf(file)]?.includes(folderOf(target)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("no import cycle, types included", () => {
  expect(findCycle()).toBeUndefined();
});

test("only the command line touches the process and the console", () => {
  const wrong = files.filter(
    (file) => folderOf(file) !== "cli" && /\bconsole\.|\bprocess\.(?!platform|arch)/.test(codeOf(file)),
  );
  // The one place where a library's defaults come from.
  expect(wrong.filter((file) => file !== "environment.ts")).toEqual([]);
});

test("this test sees the sources", () => {
  expect(files.length).toBeGreaterThan(50);
  expect([...imports.values()].flat().length).toBeGreaterThan(100);
});

function folderOf(file: string): string {
  const [first = "", second] = file.split("/");
  if (second !== undefined) return first;
  return first === "index.ts" ? "index" : "leaf";
}

function importsOf(file: string): string[] {
  const code = codeOf(file);
  const specifiers = [...code.matchAll(/(?:\bfrom|\bimport\s*\(?)\s*"(\.[^"]+)"/g)].map((match) => match[1] ?? "");
  return specifiers
    .map((specifier) =>
      relative(root, join(root, dirname(file), specifier))
        .split(sep)
        .join("/"),
    )
    .filter((target) => !target.startsWith("..") && !target.includes("/gen/"));
}

function codeOf(file: string): string {
  return readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

function findCycle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of imports.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
