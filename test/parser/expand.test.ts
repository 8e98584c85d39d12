import { describe, expect, test } from "vitest";
import {
  emptyEnv,
  envOf,
  expandContents,
  expandInstruction,
  expandWord,
  expandWords,
  parseDockerfile,
  parseMounts,
} from "../../src/parser/index.ts";

const env = envOf(
  new Map([
    ["lines", "ab\ncb"],
    ["path", "/a/b.c.d"],
    ["empty", ""],
    ["__proto__", "p"],
  ]),
);
const expand = (word: string) => {
  const expanded = expandWord(word, env);
  return "error" in expanded ? expanded : expanded.result;
};
const only = (text: string) => {
  const command = parseDockerfile(Buffer.from(`FROM a\n${text}`)).stages[0]?.commands[0];
  if (command === undefined) throw new Error(`${text} did not parse`);
  return command;
};

describe("a pattern", () => {
  test.each([
    ["${path#*/}", "a/b.c.d"],
    ["${path##*/}", "b.c.d"],
    ["${path%.*}", "/a/b.c"],
    ["${path%%.*}", "/a/b"],
    ["${path/\\//-}", "-a/b.c.d"],
    ["${path//\\//-}", "-a-b.c.d"],
    ["${path//?/x}", "xxxxxxxx"],
    ["${lines#*b}", "\ncb"],
    ["${lines##*b}", "\ncb"],
    ["${lines%c*}", "ab\n"],
    ["${lines/a*c/x}", "ab\ncb"],
    ["${lines//?b/x}", "x\nx"],
    ["${path//*/x}", "x"],
    ["${empty/*/x}", "x"],
    ["${path//b/'$0$0'}", "/a/bb.c.d"],
    ["${path/b/'$0$0'}", "/a/$0$0.c.d"],
    ["${path//b/'$$'}", "/a/$.c.d"],
  ])("%s gives %j", (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  test.each(["${path#\\a}", "${path/\\a/}"])("%s is refused", (word) => {
    expect(expand(word)).toHaveProperty("error");
  });
});

describe("nesting", () => {
  const depth = 50_000;
  test("may be as deep as the word is long", () => {
    expect(expand(`${"${x:-".repeat(depth)}v${"}".repeat(depth)}`)).toBe("v");
    expect(expand(`${'"${x:-'.repeat(depth)}v${'}"'.repeat(depth)}`)).toBe("v");
    expect(expand("${x:-".repeat(depth))).toHaveProperty("error");
  });
  test("loses to words what was collected before it, as in BuildKit", () => {
    expect(expandWords("a${x:-b c}d", emptyEnv)).toEqual(["b", "cd"]);
    expect(expandWord("a${x:-b c}d", emptyEnv)).toMatchObject({ result: "ab cd" });
  });
});

test("names like those of Object's members are variables as any other", () => {
  expect(expand("$__proto__")).toBe("p");
  expect(expand("$constructor")).toBe("");
});

test("a byte order mark in front of a word goes", () => {
  expect(expand("\ufeff\ufeffa")).toBe("\ufeffa");
});

describe("an instruction expands", () => {
  const upper = (word: string) => word.toUpperCase();
  test("its words, one by one, and is a new one", () => {
    const copy = only("COPY --chown=u --chmod=m a b /c");
    const expanded = expandInstruction(copy, upper);
    expect(expanded).toMatchObject({ chown: "U", chmod: "M", sourcePaths: ["A", "B"], destPath: "/C" });
    expect(copy).toMatchObject({ chown: "u", sourcePaths: ["a", "b"] });
    expect(expandInstruction(only("ENV a=b"), upper)).toMatchObject({
      env: [{ key: "A", value: "B", noDelim: false }],
    });
    expect(expandInstruction(only("ARG a"), upper)).toMatchObject({ args: [{ key: "A", value: undefined }] });
  });
  test("up to its first error", () => {
    const seen: string[] = [];
    const failing = (word: string) => {
      seen.push(word);
      return word === "b" ? { error: "no b" } : word;
    };
    expect(expandInstruction(only("VOLUME a b c"), failing)).toEqual({ error: "no b" });
    expect(seen).toEqual(["a", "b"]);
  });
  test("its heredocs apart from its words, unless the delimiter is quoted", () => {
    const add = only("ADD <<A <<'B' /x\na\nA\nb\nB\n");
    if (add.kind !== "add") throw new Error("not an ADD");
    expect(expandContents(add, upper)).toMatchObject({
      sourceContents: [
        { path: "A", data: "A\n" },
        { path: "B", data: "b\n" },
      ],
    });
  });
  test("not at all where BuildKit keeps the text", () => {
    for (const text of [
      "RUN a",
      "CMD a",
      'SHELL ["a"]',
      "EXPOSE a",
      "ONBUILD RUN a",
      "MAINTAINER a",
      "HEALTHCHECK CMD a",
    ]) {
      const command = only(text);
      expect(expandInstruction(command, upper)).toBe(command);
    }
  });
});

describe("mounts", () => {
  const mount = (flag: string) => {
    const mounts = parseMounts([flag], (word) => word);
    return "error" in mounts ? mounts : mounts[0];
  };
  test.each([
    ["type=tmpfs,target=/t,size=1.5G", { type: "tmpfs", sizeLimit: 1.5 * 1024 ** 3, readOnly: false }],
    ["type=tmpfs,size=10 kb", { sizeLimit: 10_240 }],
    ["type=tmpfs,size=1_000e1", { sizeLimit: 10_000 }],
    ["type=tmpfs,size=0x1p4", { sizeLimit: 16 }],
    ["type=tmpfs,size=9e18", { sizeLimit: 9e18 }],
    ["type=tmpfs,size=9e19", { sizeLimit: -(2 ** 63) }],
    ["TYPE=CACHE,sharing=Locked,mode=0750,uid=1", { type: "cache", cacheSharing: "locked", mode: 0o750, uid: 1 }],
    ["type=ssh,required", { required: true }],
    ['type=bind,"source=a,b",rw', { source: "a,b", readOnly: false }],
    ["ro=false,target=/x", { readOnly: false }],
  ])("%s", (flag, expected) => {
    expect(mount(flag)).toMatchObject(expected);
  });
  test.each([
    ["type=cach", "did you mean cache?"],
    ["type=bind,traget=/x", "did you mean target?"],
    ["type=cache,sharing=lock", "a cache is shared, private, locked"],
    ["required,type=secret", '"type" must stand before it'],
    ["type=bind,uid=1", '"uid" is not for bind mounts'],
    ["type=secret", 'needs an "id" or a "target"'],
    ["type=tmpfs,size=1x", "no amount of memory"],
    ["type=cache,mode=8", "octal"],
    ["bogus", "bogus=<value>"],
    ['a"b', "surround a whole field"],
    ["", "empty"],
  ])("%s is refused: %s", (flag, message) => {
    expect(mount(flag)).toMatchObject({ error: expect.stringContaining(message) });
  });
});
