import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidDockerfile } from "../../src/graph/invalid-dockerfile.ts";
import { isAbsoluteOn, normalizePath, normalizeWorkdir, removeDriveLetter } from "../../src/graph/paths.ts";

describe("working directories on Linux", () => {
  test.each([
    ["", "app", "/app"],
    ["", "/app", "/app"],
    ["/srv", "app", "/srv/app"],
    ["/srv", "../app", "/app"],
    ["/srv", "../../../app", "/app"],
    ["/srv", "/app", "/app"],
    ["srv", "app", "/srv/app"],
    ["srv", "", "/srv"],
    ["/srv", "", "/srv"],
    ["/srv", "app/", "/srv/app"],
    ["/srv", "C:\\app", "/srv/C:\\app"],
  ])("%j then %j is %j", (current, path, expected) => {
    expect(normalizeWorkdir(current, path, "linux")).toBe(expected);
  });

  test("an absolute one is taken as it is, dots and all", () => {
    expect(normalizeWorkdir("/srv", "/app/../x//", "linux")).toBe("/app/../x//");
  });
});

describe("working directories on Windows", () => {
  test.each([
    ["", "app", "\\app"],
    ["", "\\app", "\\app"],
    ["", "C:\\app", "\\app"],
    ["", "c:/app", "\\app"],
    ["", "C:/one\\two/three", "\\one\\two\\three"],
    ["srv", "", "\\srv"],
    ["srv", "app", "\\srv\\app"],
    ["one/two\\three/four", "app", "\\one\\two\\three\\four\\app"],
    ["C:\\one/two", "app", "\\one\\two\\app"],
    ["/srv", "C:app", "\\srv\\app"],
    ["C:\\..\\srv\\..\\", "", "\\"],
    ["/srv", "a/../b", "\\srv\\b"],
  ])("%j then %j is %j", (current, path, expected) => {
    expect(normalizeWorkdir(current, path, "windows")).toBe(expected);
  });

  test.each([
    ["D:\\srv", "app", /not on the system drive/],
    ["C:\\srv", "D:\\app", /not on the system drive/],
    ["C:", "app", /without a path/],
    ["/srv", "d:", /without a path/],
    ["/srv", "\\\\host\\share", /network/],
    ["/srv", "//host/share", /network/],
  ])("%j then %j is refused", (current, path, reason) => {
    expect(() => normalizeWorkdir(current, path, "windows")).toThrow(reason);
    expect(() => normalizeWorkdir(current, path, "windows")).toThrow(InvalidDockerfile);
  });
});

describe("destinations", () => {
  test.each([
    ["/w", "a/", "linux", "/w/a/"],
    ["/w", "./", "linux", "/w/"],
    ["/w", "a/.", "linux", "/w/a/."],
    ["/", "./", "linux", "/"],
    ["/w", "/a/b/../c/", "linux", "/a/b/../c/"],
    ["/w", "C:\\a\\b\\..\\c\\", "windows", "/a/c/"],
    ["/w", "a\\", "windows", "/w/a/"],
    ["/w", "C:\\", "windows", "/"],
  ])("below %j, %j on %s keeps what marks a directory: %j", (parent, path, os, expected) => {
    expect(normalizePath(parent, path, os, true)).toBe(expected);
  });
});

describe("drive letters", () => {
  test.each([
    ["z", "z"],
    ["AB", "AB"],
    ["\\l", "/l"],
    ["/l", "/l"],
    ["c:\\", "/"],
    ["C:/", "/"],
    ["C:some", "some"],
    ["", "."],
    ["\\a\\b\\..\\c\\", "/a/c"],
  ])("%j becomes %j on Windows", (path, expected) => {
    expect(removeDriveLetter(path, "windows", false)).toBe(expected);
  });

  test("Linux paths stay as they are, whatever they look like", () => {
    fc.assert(fc.property(fc.string(), fc.boolean(), (path, keep) => removeDriveLetter(path, "linux", keep) === path));
  });

  test("whether a path is absolute depends on the system", () => {
    expect(isAbsoluteOn("C:\\a", "windows")).toBe(true);
    expect(isAbsoluteOn("C:\\a", "linux")).toBe(false);
    expect(isAbsoluteOn("C:a", "windows")).toBe(false);
    expect(isAbsoluteOn("\\a", "windows")).toBe(true);
    expect(isAbsoluteOn("D:\\a", "windows")).toBe(false);
    expect(isAbsoluteOn("/a", "linux")).toBe(true);
  });
});

test("whatever goes in, a normalised path is absolute, and a Windows one has no backslash", () => {
  const piece = fc.constantFrom("a", "b", "..", ".", "/", "\\", "C:", "é", " ");
  const path = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(path, path, fc.constantFrom("linux", "windows"), fc.boolean(), (parent, child, os, keepSlash) => {
      let result: string;
      try {
        result = normalizePath(parent, child, os, keepSlash);
      } catch (error) {
        expect(os).toBe("windows");
        expect(error).toBeInstanceOf(InvalidDockerfile);
        return;
      }
      expect(result.startsWith("/")).toBe(true);
      if (os === "windows") expect(result).not.toContain("\\");
    }),
  );
});
