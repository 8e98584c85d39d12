import { expect, it } from "vitest";
import {
  check,
  compile,
  findings,
  outline,
  parse,
  renderGraph,
  resolveDurations,
  type SolveOptions,
  simulate,
  targets,
} from "../src/index.ts";
import { dump, unmarshal } from "../src/llb/index.ts";
import { findInputs } from "../src/solver/build-inputs.ts";
import { checkOptions } from "../src/solver/check-options.ts";

// What a program without types may give: no type is wrong for these.
const wrong = [undefined, JSON.parse("null"), JSON.parse("5"), JSON.parse("{}")];

it.each(wrong)("%j is no Dockerfile, and that is what the error says", async (source) => {
  const { graph } = await compile("FROM scratch\n");
  for (const read of [compile, check, outline, targets, parse]) {
    await expect(read(source)).rejects.toThrow(/a Dockerfile is a string or a Uint8Array, and not /);
  }
  await expect(findings(source, graph, new Map())).rejects.toThrow(TypeError);
});

it.each(wrong.slice(0, 3))("%j is nothing that can be built", async (input) => {
  await expect(findInputs(input, {})).rejects.toThrow(TypeError);
});

it("a format that is not there is refused, not answered with nothing", async () => {
  const format = JSON.parse('"png"');
  const { graph } = await compile("FROM scratch\n");
  expect(() => renderGraph(graph, format)).toThrow("there is no format png");
  expect(() => dump(unmarshal(new Uint8Array()), format)).toThrow("there is no format png");
});

it.each([
  [{ syntax: JSON.parse('"never"') }, 'syntax is "never"'],
  [{ outputs: [{ type: JSON.parse('"zip"'), dest: "a.zip" }] }, 'no output of type "zip"'],
  [{ secrets: { token: JSON.parse('"s3cret"') } }, 'the secret "token" is neither'],
])("options that no type would allow are refused, and no secret is told", (options: SolveOptions, says) => {
  const check = () => checkOptions(options);
  expect(check).toThrow(says);
  expect(check).not.toThrow("s3cret");
});

it("a number of workers that is none is refused", async () => {
  const { graph } = await compile("FROM scratch\nCOPY a /\n");
  expect(() => simulate(graph, resolveDurations(graph), { workers: Number.NaN })).toThrow(RangeError);
});
