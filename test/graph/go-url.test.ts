import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatGoUrl, parseGoQuery, parseGoUrl } from "../../src/graph/go-url.ts";

describe("an address is taken apart without being repaired", () => {
  test("every part", () => {
    expect(parseGoUrl("HTTPS://us%20er:p%40ss@Host.example:8443/a%20b/c?x=1&y#frag%21")).toEqual({
      scheme: "https",
      opaque: "",
      user: { name: "us er", password: "p@ss" },
      host: "Host.example:8443",
      path: "/a b/c",
      rawPath: "",
      query: "x=1&y",
      emptyQuery: false,
      fragment: "frag!",
    });
  });

  test("a path that escaping would write differently keeps its own writing", () => {
    const url = parseGoUrl("https://h/a%2Fb/(c)/[d]");
    expect(url).toMatchObject({ path: "/a/b/(c)/[d]", rawPath: "/a%2Fb/(c)/[d]" });
  });

  test.each([
    ["a:b:c/../d", { scheme: "a", opaque: "b:c/../d" }],
    ["mailto:a@b", { scheme: "mailto", opaque: "a@b" }],
    ["//host/path", { scheme: "", host: "host", path: "/path" }],
    ["///path", { scheme: "", host: "", path: "///path" }],
    ["https:///path", { scheme: "https", host: "", path: "/path" }],
    ["https://host", { host: "host", path: "" }],
    ["https://host?", { host: "host", emptyQuery: true, query: "" }],
    ["https://host/?a?", { query: "a?", emptyQuery: false }],
    ["https://[fe80::1%25en0]:80/", { host: "[fe80::1%en0]:80" }],
    ["https://[::1]", { host: "[::1]" }],
    ["https://b%C3%BCcher.example/", { host: "bücher.example" }],
    ["a/b:c", { scheme: "", path: "a/b:c" }],
    ["*", { path: "*" }],
  ])("%s", (text, parts) => {
    expect(parseGoUrl(text)).toMatchObject(parts);
  });

  test.each([
    "https://host:port/",
    "https://host:80:80/",
    "https://::1/",
    "https://[::1",
    "https://[1.2.3.4]/",
    "https://[::1]x/",
    "https://a[::1]/",
    "https://ho st/",
    "https://h%20st/",
    "https://host/%zz",
    "https://host/%2",
    "https://us er@host/",
    "https://host/\u0001",
    "https://host/#%g0",
    ":a",
    "1a:b/c",
  ])("%j is malformed", (text) => {
    expect(parseGoUrl(text)).toHaveProperty("problem");
  });
});

describe("an address written again", () => {
  test.each([
    ["https://u:p@h:1/a/b?q#f", "https://u:p@h:1/a/b"],
    ["https://u:@h/", "https://u:@h/"],
    ["https://u%2Fv@h/", "https://u%2Fv@h/"],
    ["https://h/a b", "https://h/a%20b"],
    ["https://h/a%2fb", "https://h/a%2fb"],
    ["https://h/%61", "https://h/%61"],
    ["https://h/é", "https://h/%C3%A9"],
    ["https://h/a.git?", "https://h/a.git?"],
    ["https:///p", "https:///p"],
    ["https://", "https:"],
    ["mailto:x", "mailto:x"],
  ])("%s is %s", (text, expected) => {
    const url = parseGoUrl(text);
    if ("problem" in url) throw new Error(url.problem);
    expect(formatGoUrl(url)).toBe(expected);
  });

  test("reading it once more changes nothing", () => {
    const piece = fc.constantFrom("a", "B", "/", "%20", "%2F", "é", "(", "[", "]", ":", "@", ";", ".", "~", "?", "!");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const url = parseGoUrl(`https://h/${pieces.join("")}`);
        if ("problem" in url) return;
        const written = formatGoUrl(url);
        const again = parseGoUrl(written);
        if ("problem" in again) throw new Error(`${written}: ${again.problem}`);
        expect(formatGoUrl(again)).toBe(written);
        expect(again.path).toBe(url.path);
      }),
    );
  });
});

describe("queries", () => {
  test("repeat keys in order, with plus for space", () => {
    expect(parseGoQuery("a=1&b&a=x+y%21&&__proto__=z")).toEqual(
      new Map([
        ["a", ["1", "x y!"]],
        ["b", [""]],
        ["__proto__", ["z"]],
      ]),
    );
  });

  test("drop malformed pairs, or are refused whole", () => {
    expect(parseGoQuery("a=1;b=2&c=%zz&d=3")).toEqual(new Map([["d", ["3"]]]));
    expect(parseGoQuery("a=1;b=2", true)).toBeUndefined();
    expect(parseGoQuery("c=%zz", true)).toBeUndefined();
  });
});
