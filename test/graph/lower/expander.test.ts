import { expect, test } from "vitest";
import { EnvList } from "../../../src/graph/env-list.ts";
import { InvalidDockerfile } from "../../../src/graph/invalid-dockerfile.ts";
import { wordExpander } from "../../../src/graph/lower/expander.ts";
import { decodeUtf8 } from "../../../src/utf8.ts";
import { lowerContext, run, stageState } from "./stage.ts";

function expand(word: string, env = EnvList.empty) {
  const { context } = lowerContext();
  const result = wordExpander(context, stageState({ env }), run())(word);
  return { result, warnings: context.lint.warnings.map((warning) => warning.rule) };
}

test("a word with nothing to expand is itself", () => {
  expect(expand("src/é/😀")).toEqual({ result: "src/é/😀", warnings: [] });
});

test("variables are filled in, and unknown ones told", () => {
  expect(expand("$A/$B", EnvList.of([["A", "x"]]))).toEqual({ result: "x/", warnings: ["UndefinedVar"] });
});

test("a byte that is no UTF-8 becomes the replacement character, though nothing else is special in the word", () => {
  expect(expand(decodeUtf8(Buffer.of(0x61, 0xff, 0x62))).result).toBe("a\ufffdb");
});

test("a byte order mark at the start is dropped, one inside is kept", () => {
  expect(expand("\ufeffa\ufeffb").result).toBe("a\ufeffb");
});

test("a word that cannot be read is an error of the Dockerfile", () => {
  expect(() => expand("${A")).toThrow(InvalidDockerfile);
});
