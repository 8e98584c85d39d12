import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PatternError } from "../src/pattern-error.ts";
import { compilePatterns, type MatchInfo } from "../src/pattern-matcher.ts";

const matches = (patterns: readonly string[], path: string) => compilePatterns(patterns).matches(path);

describe("one pattern", () => {
  const cases: readonly (readonly [pattern: string, path: string, matches: boolean])[] = [
    // Everything, and one level
    ["**", "file", true],
    ["**", "dir/file", true],
    ["**/", "file", true],
    ["**/", "dir/file", true],
    ["*", "file", true],
    ["*", "dir/file", true],
    ["*", "", true],
    // Two stars cross folders, at either end and in the middle
    ["**/**", "dir/file", true],
    ["dir/**", "dir/file", true],
    ["dir/**", "dir/dir2/file", true],
    ["dir/**", "dir", false],
    ["dir/**/", "dir/dir2/file", true],
    ["**/dir2/*", "dir/dir2/file", true],
    ["**/dir2/*", "dir/dir2/dir2/file", true],
    ["**/file", "file", true],
    ["**/file", "dir/file", true],
    ["**/file", "dir/fil", false],
    ["**file", "dir/xfile", true],
    ["**file", "dir/filex", false],
    ["**/*.txt", "a/b/c.txt", true],
    ["a**/*.txt", "a.txt", true],
    ["a**/*.txt", "a/dir/file.txt", true],
    ["a/*.txt", "a/dir/file.txt", false],
    ["a**b", "a/x/b", true],
    ["abc/**", "abcd", false],
    ["**/.foo", "bar.foo", false],
    ["**/.foo", "a/.foo", true],
    ["a/**/b", "a/b", true],
    ["a/**/b", "a/x/y/b", true],
    ["a/**/b", "ab", false],
    ["***", "a/b", true],
    // One star and the question mark stay in their folder
    ["*.go", "a.go", true],
    ["*.go", "dir/a.go", false],
    ["?", "a", true],
    ["?", "é", true],
    ["?", "😀", true],
    ["a?b", "a/b", false],
    // Regular-expression characters mean themselves
    ["a.|)$(}+{bc", "a.|)$(}+{bc", true],
    ["a.c*", "abc", false],
    ["a.c*", "a.cd", true],
    ["$a*", "$ab", true],
    // But bars and braces only as long as there is no wildcard: then they are alternatives and repetitions
    ["a|b", "a", false],
    ["*.a|b", "x.a.y", true],
    ["*.a|b", "zb", true],
    ["*.a|b", "x.c", false],
    ["*[a|b]", "x|", true],
    ["*a{2}", "xaa", true],
    ["*a{2}", "xa{2}", false],
    ["*a{x}", "a{x}", true],
    ["?a{0,1}b", "xb", true],
    ["?a{2,}b", "xaaab", true],
    ["?a{2,}b", "xab", false],
    ["{0}?", "long", true],
    // Classes and escapes
    ["[a-c]x", "bx", true],
    ["[a-c]x", "dx", false],
    ["[^a-c]x", "dx", true],
    ["[^a]", "/", true],
    ["[a\\-c]", "-", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "axb", false],
    ["a\\?b", "a?b", true],
    ["[[:digit:]]x*", "7xy", true],
    ["\\d*", "7", true],
    // A star between brackets is read before the brackets are
    ["[*]x", "[/]x", true],
    ["[*]x", "*x", false],
    ["[*]", "/]", true],
    ["a^b", "a^b", true],
    ["a^b*", "a^bc", false],
    // A folder covers what is in it; a longer name is another
    ["dir", "dir/sub/file", true],
    ["dir", "dirx", false],
    ["./dir//sub/", "dir/sub/file", true],
    ["/dir", "dir/file", false],
    ["/a/b", "/a/b/c", true],
    ["**/a/b", "x/a/b/c", true],
    ["**/a/b", "a/b/c", true],
    ["**a", "xa/b", true],
    ["*/a", "x/a/b/c", true],
    ["a*\\b", "axb/c", true],
    ["a[^/]", "ab//c/./d", true],
    ["*/a\\z", "x/a/c", true],
    // A line feed ends what two stars cross, but not what a class covers
    ["**/a?", "x\ny/ab", false],
    ["*x", "\nx", true],
  ];
  test.each(cases)("%j against %j: %s", (pattern, path, expected) => {
    expect(matches([pattern], path)).toBe(expected);
  });
});

test("a later pattern overrules an earlier one, and ! takes back", () => {
  expect(matches(["*.md", "!README.md"], "README.md")).toBe(false);
  expect(matches(["*.md", "!README.md"], "OTHER.md")).toBe(true);
  expect(matches(["!README.md", "*.md"], "README.md")).toBe(true);
  expect(matches(["docs", "!docs/README.md"], "docs/README.md")).toBe(false);
  expect(matches(["docs", "!docs/README.md", "docs/README.md"], "docs/README.md")).toBe(true);
  expect(matches(["docs", "!docs"], "docs/a/b")).toBe(false);
  expect(compilePatterns(["a", "!b"]).hasExclusions).toBe(true);
  expect(compilePatterns(["a", "\\!b"]).hasExclusions).toBe(false);
});

test("patterns are trimmed and cleaned, blank ones dropped", () => {
  const { patterns } = compilePatterns(["  a/../b/ ", "", "\u0085c\u0085", "!./d"]);
  expect(patterns.map(({ text, exclusion }) => [text, exclusion])).toEqual([
    ["b", false],
    ["c", false],
    ["./d", true],
  ]);
});

describe("what is no pattern", () => {
  test.each(["!", "[", "[]", "[]a]", "[^]", "[^]a]", "[^bc", "a[", "[a-]", "[-a]", "[a-b-c]", "a\\", "[a\\"])(
    "%j",
    (pattern) => {
      expect(() => compilePatterns([pattern])).toThrow(PatternError);
    },
  );
  test("a class that runs backwards fails when a path comes to it", () => {
    const matcher = compilePatterns(["a", "[z-a]"]);
    expect(matcher.matches("a")).toBe(true);
    expect(() => matcher.matches("b")).toThrow(PatternError);
  });
});

test("many stars do not make a long path slow", () => {
  const matcher = compilePatterns([`${"*a".repeat(40)}b`, `${"**/a".repeat(40)}/?b`, "**/b*/c", "b", "**/b"]);
  expect(matcher.matches("a".repeat(20_000))).toBe(false);
  expect(matcher.matches("a/".repeat(20_000))).toBe(false);
});

const name = fc.stringMatching(/^[ab.]{1,3}$/).filter((text) => text !== "." && text !== "..");
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const pattern = fc
  .array(fc.oneof(name, fc.constantFrom("*", "**", "?", "a*", "*b", "a?", "**a")), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("/"));
const patterns = fc.array(
  fc.tuple(fc.boolean(), pattern).map(([exclusion, text]) => (exclusion ? `!${text}` : text)),
  { maxLength: 5 },
);

test("a doubled star before a name may stand for no folder at all", () => {
  expect(matches(["**/**a"], "a")).toBe(true);
  expect(matches(["a**/b"], "ab")).toBe(true);
  expect(matches(["*/x**/b"], "d/xb")).toBe(true);
});

// With exclusions the two differ where BuildKit's do: a walk does not look at a parent again that an exclusion skipped.
test("without exclusions, walking from the top gives the same answers as looking at each path alone", () => {
  expect(compilePatterns(["*/*", "!*"]).matches("b/b")).toBe(false);
  fc.assert(
    fc.property(patterns, path, (list, file) => {
      const matcher = compilePatterns(list.map((text) => text.replace(/^!/, "")));
      let info: MatchInfo | undefined;
      const parts = file.split("/");
      for (let depth = 1; depth <= parts.length; depth++) {
        const step = parts.slice(0, depth).join("/");
        const result = matcher.matchesUsingParent(step, info);
        expect(result.matched).toBe(matcher.matches(step));
        info = result.info;
      }
    }),
  );
});

test("wildcards agree with the regular expression they stand for", () => {
  fc.assert(
    fc.property(pattern, path, (text, file) => {
      const source = text
        .replaceAll(".", "\\.")
        .replaceAll("?", "[^/]")
        .replace(/\*\*\/?$|\*\*\/?|\*/g, (stars, at: number) => {
          if (stars === "*") return "[^/]*";
          return at + stars.length === text.replaceAll(".", "\\.").replaceAll("?", "[^/]").length ? ".*" : "(.*/)?";
        });
      // A suffix pattern need not start at a folder: `**a` matches the end of any name.
      const suffix = text.startsWith("**") && !/[*?]/.test(text.slice(2));
      const expected = suffix
        ? file.endsWith(text.slice(2)) || file === text.slice(2).replace(/^\//, "")
        : new RegExp(`^${source}$`, "s").test(file);
      const parents = file.split("/").map((_, index, all) => all.slice(0, index + 1).join("/"));
      if (parents.slice(0, -1).some((parent) => matches([text], parent))) return;
      expect(matches([text], file)).toBe(expected);
    }),
  );
});
