import { describe, expect, test } from "vitest";
import { type GitRef, parseGitRef } from "../../src/graph/git-ref.ts";
import { gitSource } from "../../src/graph/git-source.ts";

function ref(text: string): GitRef {
  const result = parseGitRef(text);
  if (result.kind !== "git") throw new Error(`${text}: ${result.kind}`);
  return result.ref;
}

describe("what is a git repository", () => {
  test.each([
    "https://example.com/",
    "https://example.com/lib",
    "https://example.com/lib.git/",
    "https://example.com/lib.git.zip",
    "example.com/lib.git",
    "http://example.com/lib.git:#branch",
    "./lib.git",
    "../git@example.com:lib",
    "lib.git",
    "ftp://example.com/lib.git",
    "https://exa mple.com/lib.git",
    "git@example.com",
    "git@example.com/lib.git",
    "a:b@example.com:lib.git",
    "example.com:lib.git",
    "git@example.com:lib\n.git",
    "git@example.com:lib?a=%zz",
    "",
    "src",
  ])("%j is none", (text) => {
    expect(parseGitRef(text)).toEqual({ kind: "other" });
  });

  test.each([
    ["https://example.com/team/lib.git", { transport: "https", host: "example.com", path: "/team/lib.git" }],
    ["HTTP://Example.com/lib.git", { transport: "http", remote: "http://Example.com/lib.git" }],
    ["https://me:pw@example.com/lib.git", { remote: "https://me:pw@example.com/lib.git", host: "example.com" }],
    ["git://example.com/lib", { transport: "git", remote: "git://example.com/lib" }],
    ["ssh://git@example.com:2222/~/lib", { transport: "ssh", host: "example.com:2222", path: "/~/lib" }],
    [
      "git@example.com:team/lib",
      { transport: "ssh", host: "example.com", path: "team/lib", remote: "git@example.com:team/lib" },
    ],
    ["odd_User-1@4-houses.example:/~/lib.git/", { host: "4-houses.example", path: "/~/lib.git/" }],
    ["github.com/acme/lib", { looksLocal: true, remote: "https://github.com/acme/lib", host: "github.com" }],
  ])("%j is one", (text, parts) => {
    expect(ref(text)).toMatchObject(parts);
  });
});

describe("what of the repository is meant", () => {
  test.each([
    ["https://h/lib.git", { ref: "", subdir: "", checksum: "" }],
    ["https://h/lib.git#release/1.2", { ref: "release/1.2", subdir: "" }],
    ["https://h/lib.git#v1:docs/en", { ref: "v1", subdir: "docs/en" }],
    ["https://h/lib.git#v1:../../docs//en/", { ref: "v1", subdir: "docs/en" }],
    ["https://h/lib.git#:docs", { ref: "", subdir: "docs" }],
    ["git@h:lib.git#v1:docs", { ref: "v1", subdir: "docs", path: "lib.git" }],
    ["git@h:lib.git?subdir=/docs#v1", { ref: "v1", subdir: "/docs", path: "lib.git" }],
    ["https://h/lib.git?ref=v1&subdir=/docs", { ref: "v1", subdir: "/docs" }],
    ["https://h/lib.git?tag=v1", { ref: "refs/tags/v1" }],
    ["https://h/lib.git?tag=refs/tags/v1&ref=refs/tags/v1", { ref: "refs/tags/v1" }],
    ["https://h/lib.git?branch=dev", { ref: "refs/heads/dev" }],
    ["https://h/lib.git?commit=abc&fetch-by-commit", { checksum: "abc", fetchByCommit: true }],
    ["https://h/lib.git?checksum=abc&fetch-by-commit=0", { checksum: "abc", fetchByCommit: false }],
    ["https://h/lib.git?keep-git-dir", { keepGitDir: true, submodules: undefined }],
    ["https://h/lib.git?keep-git-dir=F&submodules=false", { keepGitDir: false, submodules: false }],
    ["https://h/lib.git?mtime=commit", { mtime: "commit" }],
    ["github.com/acme/lib?tag=v1#refs/tags/v1", { ref: "refs/tags/v1", looksLocal: true }],
  ])("%j", (text, parts) => {
    expect(ref(text)).toMatchObject(parts);
  });

  test.each([
    "https://h/lib.git?ref=a#b",
    "https://h/lib.git?ref=a&tag=b",
    "https://h/lib.git?tag=a&branch=a",
    "https://h/lib.git?branch=a#a",
    "https://h/lib.git?subdir=x#main:y",
    "https://h/lib.git?ref=a&ref=a",
    "https://h/lib.git?ref=",
    "https://h/lib.git?ref",
    "https://h/lib.git?mtime=now",
    "https://h/lib.git?mtime=",
    "https://h/lib.git?keep-git-dir=yes",
    "https://h/lib.git?fetch-by-commit=maybe",
    "https://h/lib.git?submodules=2",
    "https://h/lib.git?depth=1",
    "https://h/lib.git?__proto__=1",
    "github.com/acme/lib?depth=1",
  ])("%j makes no sense", (text) => {
    expect(parseGitRef(text)).toMatchObject({ kind: "invalid", problem: expect.stringMatching(/./) });
  });
});

describe("the source op of a repository", () => {
  const options = { keepGitDir: false, skipSubmodules: false, mtime: "", fetchByCommit: false } as const;

  test("is the same repository however it is reached", () => {
    const viaHttps = gitSource({ ...ref("https://h/team/lib.git#v1:docs"), ...options });
    const viaSsh = gitSource({ ...ref("git@h:team/lib.git#v1:docs"), ...options });
    expect(viaHttps.identifier).toBe("git://h/team/lib.git#v1:docs");
    expect(viaSsh.identifier).toBe(viaHttps.identifier);
    expect(viaHttps.attrs.get("git.fullurl")).toBe("https://h/team/lib.git");
    expect(viaSsh.attrs.get("git.fullurl")).toBe("git@h:team/lib.git");
    expect(viaSsh.attrs.get("git.mountsshsock")).toBe("default");
    expect(viaHttps.attrs.has("git.mountsshsock")).toBe(false);
  });

  test("names a folder even without a reference, and nothing more than it needs", () => {
    expect(gitSource({ ...ref("https://h/lib.git#:docs"), ...options })).toMatchObject({
      identifier: "git://h/lib.git#:docs",
    });
    const plain = gitSource({ ...ref("https://h/lib.git"), ...options });
    expect(plain.identifier).toBe("git://h/lib.git");
    expect([...plain.caps].sort()).toEqual(["source.git", "source.git.fullurl"]);
  });
});
