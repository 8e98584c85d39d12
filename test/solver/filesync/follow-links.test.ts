import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { compileGlob, hasWildcard } from "../../../src/glob.ts";
import { diskTree } from "../../../src/solver/buildkit/filesync/disk-tree.ts";
import { followLinks } from "../../../src/solver/buildkit/filesync/follow-links.ts";
import { tempFolder } from "./rig.ts";

/** A tree by path: text of a file, or where a link leads; a path that ends in a slash is a folder. */
function given(entries: Readonly<Record<string, string | { readonly to: string }>>) {
  const root = tempFolder();
  for (const [path, entry] of Object.entries(entries)) {
    mkdirSync(join(root, path.endsWith("/") ? path : dirname(path)), { recursive: true });
    if (path.endsWith("/")) continue;
    if (typeof entry === "string") writeFileSync(join(root, path), entry);
    else symlinkSync(entry.to, join(root, path));
  }
  return (...paths: string[]) => followLinks(diskTree(root), paths);
}

test("a link brings what it leads to, and each link on the way", () => {
  const follow = given({ "dir/foo": "", "dir/l1": { to: "foo" }, l2: { to: "dir/l1" }, bar: "", baz: "" });
  expect(follow("l2", "bar")).toEqual(["bar", "dir/foo", "dir/l1", "l2"]);
});

test("links that go round in circles end", () => {
  const follow = given({ l1: { to: "l1" }, l2: { to: "l3" }, l3: { to: "l2" }, grows: { to: "grows/more" } });
  expect(follow("l1", "l3")).toEqual(["l1", "l2", "l3"]);
  expect(follow("grows")).toContain("grows");
});

test("the root of the tree is the root of links: none leads out of it", () => {
  const inside = { "dir/l1": { to: "/foo/bar/baz" }, baz: "" };
  expect(given({ ...inside, "foo/bar": { to: "../" } })("dir/l1")).toEqual(["baz", "dir/l1", "foo/bar"]);
  expect(given({ ...inside, "foo/bar": { to: "../../../" } })("dir/l1")).toEqual(["baz", "dir/l1", "foo/bar"]);
  expect(given({ out: { to: "../../etc/passwd" } })("out")).toEqual(["etc/passwd", "out"]);
});

test("what does not exist stays as it is", () => {
  const follow = given({});
  expect(follow("foo/bar/baz", "bar/baz")).toEqual(["bar/baz", "foo/bar/baz"]);
  expect(follow("f*/foo/t*")).toEqual(["f*/foo/t*"]);
  expect(follow("../x")).toEqual(["../x"]);
});

test("the root means everything, by whatever way", () => {
  const follow = given({ "dir/root": { to: "/" }, foo: "" });
  for (const path of [".", "/", "", "./", "dir/root", "dir/root/."]) expect(follow(path, "foo")).toBeUndefined();
});

test("what stands in a folder that comes anyway is not named twice", () => {
  const follow = given({ "dir/l1": { to: "/foo" }, "foo/bar": "" });
  expect(follow("dir/l1", "foo/bar")).toEqual(["dir/l1", "foo"]);
  expect(follow("a/b/c", "a/b", "a-b")).toEqual(["a-b", "a/b"]);
});

test("wildcards bring the links that they match", () => {
  const follow = given({
    "dir/l1": { to: "/foo/bar1" },
    "dir/l2": { to: "/foo/bar2" },
    "dir/other": { to: "/foo/bar3" },
    "foo/bar1": "",
    "foo/bar2": { to: "../baz" },
    "foo/bar3": "",
    baz: "",
  });
  expect(follow("dir/l*")).toEqual(["baz", "dir/l*", "foo/bar1", "foo/bar2"]);
  expect(follow("dir")).toEqual(["dir"]);
  expect(follow("dir", "dir/*er")).toEqual(["dir", "foo/bar3"]);
  expect(follow("dir/[l]?")).toEqual(["baz", "dir/[l]?", "foo/bar1", "foo/bar2"]);
});

test("one link with two ways behind it is followed for both", () => {
  const follow = given({ "real/a": "", "real/b": "", l: { to: "real" } });
  expect(follow("l/a", "l/b")).toEqual(["l", "real/a", "real/b"]);
});

test("names in other scripts", () => {
  const follow = given({ "größe/é": "", ü: { to: "größe/é" } });
  expect(follow("ü")).toEqual(["größe/é", "ü"]);
});

test("the patterns are those of filepath.Match", () => {
  const cases: [pattern: string, name: string, matches: boolean | undefined][] = [
    ["abc", "abc", true],
    ["*", "", true],
    ["a*", "abc", true],
    ["a*b?c*x", "abxbbxdbxebxczzx", true],
    ["a*b?c*x", "abxbbxdbxebxczzy", false],
    ["ab[c]", "abc", true],
    ["ab[b-d]", "abc", true],
    ["ab[e-g]", "abc", false],
    ["ab[^c]", "abc", false],
    ["ab[^e-g]", "abc", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "ab", false],
    ["a?b", "a☺b", true],
    ["a[^a]b", "a☺b", true],
    ["[a-ζ]*", "α", true],
    ["[\\]a]", "]", true],
    ["[\\-x]", "-", true],
    ["[x\\-]", "z", false],
    ["[]a]", "]", undefined],
    ["[-]", "-", undefined],
    ["[x-]", "x", undefined],
    ["[a-b-c]", "a", undefined],
    ["[", "a", undefined],
    ["[^", "a", undefined],
    ["a[", "a", undefined],
    ["*x", "xxx", true],
    ["a\\", "a", undefined],
  ];
  for (const [pattern, name, matches] of cases)
    expect([pattern, compileGlob(pattern)?.(name)]).toEqual([pattern, matches]);
  expect(["a", "a\\*b", "*", "a?", "[a]"].map(hasWildcard)).toEqual([false, false, true, true, true]);
});
