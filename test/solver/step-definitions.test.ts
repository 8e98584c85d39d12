import { describe, expect, test } from "vitest";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { readSteps } from "../../src/solver/step-definitions.ts";
import { HandMade } from "./hand-made.ts";

const made = new HandMade();
const image = made.image("busybox");
const build = made.run(image, "make");
const file = made.file(build, "/note", "built");
const check = made.run(file, "make check");
const lint = made.run(image, "make lint");
const head = made.gather([check, lint], "/out");
const whole = made.definition(head);

describe("the RUN steps of definitions", () => {
  test("are the steps of one graph of all their vertices", () => {
    const { graph } = readSteps([whole.bytes]);
    const steps = [...graph].filter(([, { isStep }]) => isStep).map(([digest]) => digest);
    expect(steps).toEqual([build, check, lint]);
    expect(graph.get(check)?.inputs).toEqual([file]);
    expect(graph.get(file)).toMatchObject({ inputs: [build], isStep: false });
  });

  test("that two definitions share are one", () => {
    const other = new HandMade();
    const shared = other.run(other.image("busybox"), "make");
    const own = other.run(shared, "make install");
    expect(shared).toBe(build);
    const { graph } = readSteps([whole.bytes, other.definition(own).bytes]);
    expect([...graph].filter(([, { isStep }]) => isStep).map(([digest]) => digest)).toEqual([build, check, lint, own]);
  });
});

describe("the definition of one step", () => {
  test("is valid, has the step as its head, and all that it goes back to with its metadata", () => {
    const { definitionOf } = readSteps([whole.bytes]);
    const part = unmarshal(definitionOf(check));
    expect(part.digests.slice(0, -1)).toEqual([image, build, file, check]);
    expect(part.ops.at(-1)).toMatchObject({ kind: "head", inputs: [{ digest: check, output: 0 }] });
    for (const digest of [image, build, file, check])
      expect(part.metadata.get(digest)).toEqual(whole.metadata.get(digest));
    expect(part.metadata.size).toBe(4);
  });

  test("of every step is so", () => {
    const { graph, definitionOf } = readSteps([whole.bytes]);
    for (const [digest, { isStep }] of graph) {
      if (isStep) expect(unmarshal(definitionOf(digest)).ops.at(-1)?.inputs).toEqual([{ digest, output: 0 }]);
    }
  });

  test("points at an output that is used, where that is not the first", () => {
    const odd = new HandMade();
    const step = odd.run(odd.image("busybox"), "make", { outputs: 2 });
    const definition = odd.definition(odd.file(odd.output(step, 1), "/x", "y"));
    const part = unmarshal(readSteps([definition.bytes]).definitionOf(step));
    expect(part.ops.at(-1)?.inputs).toEqual([{ digest: step, output: 1 }]);
  });
});

test("of a chain of 3,000 steps the graph is read in no time, and the last definition is whole", () => {
  const chain = new HandMade();
  let last = chain.image("busybox");
  for (let i = 0; i < 3000; i++) last = chain.run(last, `echo ${i}`);
  const { graph, definitionOf } = readSteps([chain.definition(last).bytes]);
  expect(graph.size).toBe(3002);
  expect(unmarshal(definitionOf(last)).digests).toHaveLength(3002);
});
