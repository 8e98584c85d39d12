import { expect, test } from "vitest";
import { SharedWork } from "../../src/registry/shared-work.ts";

/** Work that the test ends. */
function gate() {
  let resolve: (value: string) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<string>((...settle) => {
    [resolve, reject] = settle;
  });
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    signal.addEventListener("abort", () => reject(signal.reason));
    return promise;
  };
  return { work, signals, resolve, reject };
}

test("what is asked for twice at once is done once, what is asked for later again", async () => {
  const shared = new SharedWork<string>();
  const { work, signals, resolve } = gate();
  const both = Promise.all([shared.run("a", undefined, work), shared.run("a", undefined, work)]);
  const other = shared.run("b", undefined, async () => "other");
  resolve("done");
  expect(await both).toEqual(["done", "done"]);
  expect(await other).toBe("other");
  expect(signals).toHaveLength(1);
  expect(await shared.run("a", undefined, async () => "again")).toBe("again");
});

test("who leaves does not end the work for the others; when all have left, it ends", async () => {
  const shared = new SharedWork<string>();
  const { work, signals } = gate();
  const [one, two] = [new AbortController(), new AbortController()];
  const first = shared.run("a", one.signal, work);
  const second = shared.run("a", two.signal, work);
  one.abort(new Error("one left"));
  await expect(first).rejects.toThrow("one left");
  expect(signals[0]?.aborted).toBe(false);
  two.abort(new Error("two left"));
  await expect(second).rejects.toThrow("two left");
  expect(signals[0]?.aborted).toBe(true);
  expect(await shared.run("a", undefined, async () => "anew")).toBe("anew");
  await expect(shared.run("a", one.signal, work)).rejects.toThrow("one left");
});

test("all hear of a failure, and it is not kept", async () => {
  const shared = new SharedWork<string>();
  const { work, reject } = gate();
  const both = [shared.run("a", undefined, work), shared.run("a", undefined, work)];
  reject(new Error("broken"));
  for (const each of both) await expect(each).rejects.toThrow("broken");
  expect(await shared.run("a", undefined, async () => "again")).toBe("again");
});
