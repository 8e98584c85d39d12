import { expect, test } from "vitest";
import { loadMainIgnoreRules } from "../../../src/graph/context/context-ignore.ts";
import { InvalidDockerfile } from "../../../src/graph/invalid-dockerfile.ts";
import { unmarshal } from "../../../src/llb/unmarshal.ts";
import { contextRig, signal } from "./context-rig.ts";

test("the context's own ignore file is loaded by a source of its own", async () => {
  const rig = contextRig({ ignoreFiles: { context: "*.md\n!README.md\n" } });
  const { patterns, matcher } = await loadMainIgnoreRules(rig, undefined, signal);
  expect(patterns).toEqual(["*.md", "!README.md"]);
  expect(matcher()?.matches("a.md")).toBe(true);
  const { ops, metadata, digests } = unmarshal(rig.loaded[0] ?? new Uint8Array());
  expect(ops[0]).toMatchObject({ kind: "source", identifier: "local://context" });
  expect(metadata.get(digests[0] ?? "")?.description?.get("llb.customname")).toBe("[internal] load .dockerignore");
});

test("one beside the Dockerfile replaces it, though it be empty", async () => {
  const rig = contextRig({ ignoreFiles: { context: "*.md\n" } });
  const besides = { name: "Dockerfile.dockerignore", content: new Uint8Array() };
  const { patterns, matcher } = await loadMainIgnoreRules(rig, besides, signal);
  expect([patterns, matcher()]).toEqual([[], undefined]);
  expect(rig.loaded).toEqual([]);
});

test("no file, no rules", async () => {
  const { patterns, matcher } = await loadMainIgnoreRules(contextRig(), undefined, signal);
  expect([patterns, matcher()]).toEqual([[], undefined]);
});

test.each(["[", "!\n", `${"a".repeat(65_536)}\n`])(
  "%j is an error without a place that names the file",
  async (text) => {
    const rig = contextRig({ ignoreFiles: { context: text } });
    const error: unknown = await loadMainIgnoreRules(rig, undefined, signal)
      .then(({ matcher }) => matcher())
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidDockerfile);
    expect(error).toMatchObject({ lines: [], message: expect.stringContaining(".dockerignore") });
  },
);
