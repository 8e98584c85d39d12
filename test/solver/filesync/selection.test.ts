import fc from "fast-check";
import { expect, test } from "vitest";
import { compilePatterns, type PatternMatcher } from "../../../src/pattern-matcher.ts";
import { memoryTree } from "../../../src/solver/buildkit/filesync/memory-tree.ts";
import { type SelectionRequest, selectFrom } from "../../../src/solver/buildkit/filesync/selection.ts";
import type { Tree } from "../../../src/solver/buildkit/filesync/tree.ts";
import { walkTree } from "../../../src/solver/buildkit/filesync/walk.ts";

const everything: SelectionRequest = { includePatterns: [], excludePatterns: [], followPaths: [] };

function treeOf(paths: readonly string[]): Tree {
  return memoryTree(new Map(paths.map((path) => [path, Buffer.from(path)])));
}

function walked(tree: Tree, request: Partial<SelectionRequest>): string[] {
  return [...walkTree(tree, selectFrom(tree, { ...everything, ...request }))].map(({ path }) => path);
}

const project = treeOf([
  "Dockerfile",
  "README.md",
  "docs/a.md",
  "docs/img/logo.png",
  "node_modules/x/index.js",
  "node_modules/keep/index.js",
  "src/a.ts",
  "src/a/b.ts",
  "src-gen/c.ts",
]);

test("without patterns everything goes, a folder before what is in it, by path component", () => {
  expect(walked(project, {})).toEqual([
    "Dockerfile",
    "README.md",
    "docs",
    "docs/a.md",
    "docs/img",
    "docs/img/logo.png",
    "node_modules",
    "node_modules/keep",
    "node_modules/keep/index.js",
    "node_modules/x",
    "node_modules/x/index.js",
    "src",
    "src/a",
    "src/a/b.ts",
    "src/a.ts",
    "src-gen",
    "src-gen/c.ts",
  ]);
});

test("what is included brings the folders it is in", () => {
  expect(walked(project, { includePatterns: ["src/a/b.ts", "docs/im*"] })).toEqual([
    "docs",
    "docs/img",
    "docs/img/logo.png",
    "src",
    "src/a",
    "src/a/b.ts",
  ]);
});

test("what is excluded may be taken back, and a folder comes with it only then", () => {
  const excludePatterns = ["node_modules", "!node_modules/keep/*", "**/*.md", "src*"];
  expect(walked(project, { excludePatterns })).toEqual([
    "Dockerfile",
    "docs",
    "docs/img",
    "docs/img/logo.png",
    "node_modules",
    "node_modules/keep",
    "node_modules/keep/index.js",
  ]);
  expect(walked(project, { excludePatterns: ["*", "!Dockerfile"] })).toEqual(["Dockerfile"]);
});

test("a folder that nothing in it can be taken from is not looked into", () => {
  const looked: string[] = [];
  const watched: Tree = {
    ...project,
    entries: (folder) => {
      looked.push(folder);
      return project.entries(folder);
    },
  };
  walked(watched, {
    excludePatterns: ["node_modules", "!docs/a.md", "docs"],
    includePatterns: ["docs/img", "node_modules"],
  });
  expect(looked).toEqual(["", "docs", "docs/img"].filter((folder) => looked.includes(folder)));
  expect(looked).not.toContain("node_modules");
  expect(looked).not.toContain("src");
});

const name = fc.constantFrom("a", "b", "ab", "a-b", "é", "x.md");
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const part = fc.oneof(name, fc.constantFrom("*", "**", "a*", "?", "*.md", "[ab]"));
// BuildKit's shortcut takes `a/*/**` for `a` and passes over what is in `a/b`; the test after this one has that.
const pattern = fc
  .array(part, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"))
  .filter((text) => !text.endsWith("/*/**"));
const signed = fc.tuple(fc.boolean(), pattern).map(([back, text]) => (back ? `!${text}` : text));

/** What a walk without shortcuts gives: each path is matched with what came of the folders above it. */
function matchesDownTo(matcher: PatternMatcher, path: string): boolean {
  const parts = path.split("/");
  let result: ReturnType<PatternMatcher["matchesUsingParent"]> | undefined;
  for (let end = 1; end <= parts.length; end++) {
    result = matcher.matchesUsingParent(parts.slice(0, end).join("/"), result?.info);
  }
  return result?.matched ?? false;
}

test("the walk with its shortcuts gives what one without them gives", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(path, { minLength: 1, maxLength: 15 }),
      fc.array(pattern, { maxLength: 3 }),
      fc.array(signed, { maxLength: 4 }),
      (paths, includePatterns, excludePatterns) => {
        // A path that is a folder of another one is no file.
        const files = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)));
        const tree = treeOf(files);
        const include = compilePatterns(includePatterns);
        const exclude = compilePatterns(excludePatterns);
        const wanted = files.filter(
          (file) => (includePatterns.length === 0 || matchesDownTo(include, file)) && !matchesDownTo(exclude, file),
        );
        const got = walked(tree, { includePatterns, excludePatterns })
          .map((bytes) => Buffer.from(bytes, "latin1").toString("utf8"))
          .filter((one) => files.includes(one));
        expect(got.sort()).toEqual(wanted.sort());
      },
    ),
    { numRuns: 1000 },
  );
});

test("BuildKit's own shortcut, where it misses something", () => {
  const tree = treeOf(["a/b/c", "a/d"]);
  expect(walked(tree, { includePatterns: ["a/*/**"] })).toEqual([]);
  expect(walked(tree, { includePatterns: ["a/*/**", "x/?"] })).toEqual(["a", "a/b", "a/b/c"]);
});
