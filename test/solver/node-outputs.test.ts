import { expect, test } from "vitest";
import { canBeSharedOut, nodeOutputs, pushedNames } from "../../src/solver/node-outputs.ts";

test("what is pushed goes up without its names, which are for the whole", () => {
  const options = { push: true, tags: ["127.0.0.1:5000/app:1", "127.0.0.1:5000/app:2", "app"] };
  expect(nodeOutputs(options)).toEqual({
    outputs: [
      {
        type: "image",
        attrs: { name: "127.0.0.1:5000/app,docker.io/library/app", push: "true", "push-by-digest": "true" },
      },
    ],
    push: false,
    tags: [],
  });
  expect(pushedNames(options)).toEqual({
    names: ["127.0.0.1:5000/app:1", "127.0.0.1:5000/app:2", "app"],
    insecure: false,
  });
});

test("an output may name and push its image itself", () => {
  const attrs = { name: "a.example/x:1", push: "true", "registry.insecure": "true" };
  const options = { outputs: [{ type: "image", attrs } as const, { type: "local", dest: "out" } as const] };
  expect(nodeOutputs(options).outputs).toEqual([
    { type: "image", attrs: { ...attrs, name: "a.example/x", "push-by-digest": "true" } },
    { type: "local", dest: "out" },
  ]);
  expect(pushedNames(options)).toEqual({ names: ["a.example/x:1"], insecure: true });
});

test("an image that is not pushed keeps its names, and is on every node", () => {
  const options = { outputs: [{ type: "image" } as const], tags: ["x:1", "x:2"] };
  expect(nodeOutputs(options).outputs).toEqual([{ type: "image", attrs: { name: "x:1,x:2" } }]);
  expect(pushedNames(options).names).toEqual([]);
});

test("archives and engines take no image in parts", () => {
  expect(canBeSharedOut({})).toBe(true);
  expect(canBeSharedOut({ outputs: [{ type: "local", dest: "out" }, { type: "image" }] })).toBe(true);
  expect(canBeSharedOut({ outputs: [{ type: "oci", dest: "x.tar" }] })).toBe(false);
  expect(canBeSharedOut({ outputs: [{ type: "docker" }], push: true })).toBe(false);
});
