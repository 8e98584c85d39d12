import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Node, remainingPaths, runAllSteps, runSteps, type StepGraph } from "../../src/solver/scheduler.ts";

const never = new AbortController().signal;

describe("a graph of steps", () => {
  test("runs each after the steps that it goes back to", async () => {
    const ran: string[] = [];
    await runSteps(
      graphOf({ base: [], build: ["base"], test: ["build"], image: ["build", "base"] }),
      8,
      record(ran),
      never,
    );
    expect(ran).toEqual(["base", "build", "test", "image"]);
  });

  test("is walked through vertices that only connect", async () => {
    const ran: string[] = [];
    const graph = graphOf({ image: [], run: ["image"], copy: ["run"], merge: ["copy", "image"], last: ["merge"] }, [
      "run",
      "last",
    ]);
    await runSteps(graph, 1, record(ran), never);
    expect(ran).toEqual(["run", "last"]);
  });

  test("of 20,000 connecting vertices in a chain needs no deep stack", async () => {
    const graph = new Map<string, Node>();
    for (let i = 0; i < 20_000; i++) graph.set(`v${i}`, { inputs: i === 0 ? [] : [`v${i - 1}`], isStep: i === 19_999 });
    const ran: string[] = [];
    await runSteps(graph, 2, record(ran), never);
    expect(ran).toEqual(["v19999"]);
  });

  test("without steps is done at once", async () => {
    await runSteps(new Map(), 3, () => Promise.reject(new Error("nothing to run")), never);
    await runSteps(graphOf({ a: [], b: ["a"] }, []), 3, () => Promise.reject(new Error("nothing to run")), never);
  });
});

describe("the longest way still before a step", () => {
  test("counts steps only, itself included", () => {
    const graph = graphOf({ a: [], copy: ["a"], b: ["copy"], c: ["b"], side: ["a"] }, ["a", "b", "c", "side"]);
    expect(remainingPaths(graph)).toEqual(new Map(Object.entries({ a: 3, copy: 2, b: 2, c: 1, side: 1 })));
  });

  test("decides who goes first, then the place in the graph", async () => {
    const ran: string[] = [];
    const graph = graphOf({
      lone1: [],
      lone2: [],
      long1: [],
      long2: ["long1"],
      long3: ["long2"],
      short1: [],
      short2: ["short1"],
    });
    await runSteps(graph, 1, record(ran), never);
    expect(ran).toEqual(["long1", "long2", "short1", "lone1", "lone2", "long3", "short2"]);
  });
});

describe("the bound", () => {
  test.each([1, 3, 16])("of %i is reached and never exceeded by 16 independent steps", async (limit) => {
    const gates = new Gates();
    const names = Array.from({ length: 16 }, (_, i) => `run${i}`);
    const running = runSteps(graphOf(Object.fromEntries(names.map((name) => [name, []]))), limit, gates.run, never);
    for (let done = 0; done < 16; done++) {
      await gates.waitFor(Math.min(limit, 16 - done));
      gates.open();
    }
    await running;
    expect(gates.most).toBe(limit);
  });

  test("is no slot for a step that waits", async () => {
    const gates = new Gates();
    const running = runSteps(graphOf({ slow: [], after: ["slow"], other1: [], other2: [] }), 2, gates.run, never);
    await gates.waitFor(2);
    expect(gates.open()).toBe("slow");
    await gates.waitFor(2);
    expect(gates.started).toEqual(["slow", "other1", "after"]);
    while (gates.open() !== undefined) await turn();
    await running;
    expect(gates.started).toEqual(["slow", "other1", "after", "other2"]);
  });

  test("holds for any graph, limit and order of completion; every step runs once, in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyGraph(),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.nat(99)),
        async (graph, limit, picks) => {
          const gates = new Gates();
          const done = new Set<string>();
          const before = stepsBefore(graph);
          const running = runSteps(graph, limit, gates.run, never);
          let settled = false;
          void running.then(() => {
            settled = true;
          });
          for (;;) {
            await turn();
            if (settled) break;
            expect(gates.waiting.length).toBeLessThanOrEqual(limit);
            const ready = [...before].filter(
              ([step, needs]) => !done.has(step) && needs.every((need) => done.has(need)),
            ).length;
            // What could run does run, as far as there are slots.
            expect(gates.waiting.length).toBe(Math.min(limit, ready));
            for (const { step } of gates.waiting) expect(before.get(step)?.every((need) => done.has(need))).toBe(true);
            const step = gates.open(picks.next().value);
            if (step !== undefined) done.add(step);
          }
          await running;
          expect([...gates.started].sort()).toEqual([...before.keys()].sort());
        },
      ),
      { numRuns: 200 },
    );
  });

  test("is kept in the order of longest ways, whatever ends when", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyGraph(),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat(99)),
        async (graph, limit, picks) => {
          const remaining = remainingPaths(graph);
          const before = stepsBefore(graph);
          const done = new Set<string>();
          const gates = new Gates();
          let settled = false;
          void runSteps(graph, limit, gates.run, never).then(() => {
            settled = true;
          });
          for (;;) {
            await turn();
            if (settled) break;
            const leftOut = [...before].filter(
              ([step, needs]) => !gates.started.includes(step) && needs.every((need) => done.has(need)),
            );
            const newest = gates.started.at(-1);
            for (const [step] of leftOut) {
              // Whoever was chosen last had at least as long a way as those that were left ready.
              if (newest !== undefined) expect(remaining.get(newest)).toBeGreaterThanOrEqual(remaining.get(step) ?? 0);
            }
            const step = gates.open(picks.next().value);
            if (step !== undefined) done.add(step);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("a failure", () => {
  test("stops the others, starts nothing new, and rejects when the last has settled", async () => {
    const gates = new Gates();
    const running = runSteps(graphOf({ a: [], b: [], c: ["a"], d: [] }), 2, gates.run, never);
    const outcome = running.then(
      () => "done",
      (error: unknown) => error,
    );
    await gates.waitFor(2);
    const boom = new Error("exit code 1");
    const other = gates.waiting.find(({ step }) => step === "b");
    gates.fail("a", boom);
    await turn();
    expect(other?.signal.aborted).toBe(true);
    expect(other?.signal.reason).toBe(boom);
    expect(await Promise.race([outcome, turn().then(() => "still waiting")])).toBe("still waiting");
    gates.fail("b", new Error("cancelled"));
    expect(await outcome).toBe(boom);
    expect(gates.started.sort()).toEqual(["a", "b"]);
  });

  test("of a step that throws before it waits is one too", async () => {
    const run = () => {
      throw new Error("at once");
    };
    await expect(runSteps(graphOf({ a: [] }), 1, run, never)).rejects.toThrow("at once");
  });
});

describe("an abort", () => {
  test("stops what runs and rejects with its reason when that has settled", async () => {
    const gates = new Gates();
    const stop = new AbortController();
    const outcome = runSteps(graphOf({ a: [], b: ["a"] }), 2, gates.run, stop.signal).then(
      () => "done",
      (error: unknown) => error,
    );
    await gates.waitFor(1);
    const reason = new Error("interrupted");
    stop.abort(reason);
    await turn();
    expect(gates.waiting[0]?.signal.aborted).toBe(true);
    gates.fail("a", new Error("cancelled"));
    expect(await outcome).toBe(reason);
    expect(gates.started).toEqual(["a"]);
  });

  test("that came before starts nothing", async () => {
    const gates = new Gates();
    const reason = new Error("too late");
    await expect(runSteps(graphOf({ a: [] }), 1, gates.run, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(gates.started).toEqual([]);
  });

  test("that comes while the last step ends well is not told as success", async () => {
    const gates = new Gates();
    const stop = new AbortController();
    const outcome = runSteps(graphOf({ a: [] }), 1, gates.run, stop.signal).then(
      () => "done",
      (error: unknown) => error,
    );
    await gates.waitFor(1);
    const reason = new Error("interrupted");
    stop.abort(reason);
    gates.open();
    expect(await outcome).toBe(reason);
  });
});

/** Steps that run until the test lets them end. */
class Gates {
  readonly started: string[] = [];
  readonly waiting: { step: string; signal: AbortSignal; end: () => void; fail: (error: unknown) => void }[] = [];
  most = 0;

  readonly run = (step: string, signal: AbortSignal): Promise<void> => {
    this.started.push(step);
    return new Promise((resolve, reject) => {
      this.waiting.push({ step, signal, end: resolve, fail: reject });
      this.most = Math.max(this.most, this.waiting.length);
    });
  };

  /** Lets one of the running steps end, and says which. */
  open(pick = 0): string | undefined {
    const [gate] = this.waiting.splice(pick % Math.max(1, this.waiting.length), 1);
    gate?.end();
    return gate?.step;
  }

  fail(step: string, error: unknown): void {
    const at = this.waiting.findIndex((gate) => gate.step === step);
    this.waiting.splice(at, 1)[0]?.fail(error);
  }

  async waitFor(running: number): Promise<void> {
    for (let turns = 0; this.waiting.length < running; turns++) {
      if (turns > 100) throw new Error(`${this.waiting.length} steps run, not ${running}`);
      await turn();
    }
  }
}

function record(ran: string[]) {
  return async (step: string) => {
    ran.push(step);
  };
}

describe("steps that go on when one fails", () => {
  test("run all that do not go back to it, and tell what failed and what is done", async () => {
    const graph = graphOf({ a: [], b: ["a"], c: ["b"], d: [], e: ["d", "c"], f: ["d"] });
    const ran: string[] = [];
    const run = async (step: string) => {
      ran.push(step);
      if (step === "b" || step === "f") throw new Error(step);
    };
    const { failed, done } = await runAllSteps(graph, 2, run, never);
    expect([...failed]).toEqual([
      ["b", new Error("b")],
      ["f", new Error("f")],
    ]);
    expect([...done].sort()).toEqual(["a", "d"]);
    expect(ran.sort()).toEqual(["a", "b", "d", "f"]);
  });

  test("of any graph run exactly those that reach no failure, whatever the bound", async () => {
    const choices = fc.tuple(anyGraph(), fc.array(fc.nat(11), { maxLength: 3 }), fc.integer({ min: 1, max: 4 }));
    await fc.assert(
      fc.asyncProperty(choices, async ([graph, picks, limit]) => {
        const broken = new Set(picks.map((pick) => `v${pick}`));
        const stuck = new Set<string>();
        for (const [name, { inputs, isStep }] of graph) {
          if (inputs.some((input) => stuck.has(input)) || (isStep && broken.has(name))) stuck.add(name);
        }
        const run = async (step: string) => {
          if (broken.has(step)) throw new Error(step);
        };
        const { failed, done } = await runAllSteps(graph, limit, run, never);
        const steps = [...graph].filter(([, { isStep }]) => isStep).map(([name]) => name);
        expect([...done].sort()).toEqual(steps.filter((name) => !stuck.has(name)).sort());
        for (const name of failed.keys()) expect(broken).toContain(name);
      }),
    );
  });

  test("are stopped by an abort", async () => {
    const stop = new AbortController();
    const run = async () => stop.abort(new Error("stopped"));
    await expect(runAllSteps(graphOf({ a: [], b: ["a"] }), 1, run, stop.signal)).rejects.toThrow("stopped");
  });
});

/** Lets everything happen that is not waiting for a gate. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function graphOf(inputs: Record<string, readonly string[]>, steps: readonly string[] = Object.keys(inputs)): StepGraph {
  return new Map(Object.entries(inputs).map(([name, each]) => [name, { inputs: each, isStep: steps.includes(name) }]));
}

/** Up to twelve vertices, each with some of the earlier ones as inputs, twice the same now and then. */
function anyGraph(): fc.Arbitrary<StepGraph> {
  const vertex = fc.record({ isStep: fc.boolean(), picks: fc.array(fc.nat(99), { maxLength: 3 }) });
  return fc.array(vertex, { maxLength: 12 }).map((vertices) => {
    return new Map(
      vertices.map(({ isStep, picks }, i) => {
        return [`v${i}`, { isStep, inputs: i === 0 ? [] : picks.map((pick) => `v${pick % i}`) }];
      }),
    );
  });
}

/** For each step, all the steps that it goes back to. */
function stepsBefore(graph: StepGraph): Map<string, string[]> {
  const all = new Map<string, Set<string>>();
  for (const [name, { inputs }] of graph) {
    const found = new Set<string>();
    for (const input of inputs) {
      for (const step of all.get(input) ?? []) found.add(step);
      if (graph.get(input)?.isStep === true) found.add(input);
    }
    all.set(name, found);
  }
  return new Map([...all].filter(([name]) => graph.get(name)?.isStep).map(([name, found]) => [name, [...found]]));
}
