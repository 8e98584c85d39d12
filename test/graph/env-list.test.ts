import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppendList } from "../../src/graph/append-list.ts";
import { EnvList } from "../../src/graph/env-list.ts";

describe("lists of environment variables", () => {
  it("move a variable to the end when it is set again", () => {
    const list = EnvList.of([
      ["A", "1"],
      ["B", "2"],
      ["A", "3"],
    ]);
    expect(list.toArray()).toEqual(["B=2", "A=3"]);
    expect([...list.keys()]).toEqual(["B", "A"]);
    expect(list.get("A")).toBe("3");
  });

  it("leave the list that they grew from as it was", () => {
    const before = EnvList.of([["A", "1"]]);
    const after = before.set("B", "2").delete("A");
    expect(after.toArray()).toEqual(["B=2"]);
    expect(before.toArray()).toEqual(["A=1"]);
    expect(before.has("B")).toBe(false);
  });

  it("know names that objects know otherwise", () => {
    const list = EnvList.empty.set("__proto__", "p").set("1", "one").set("0", "zero");
    expect(list.toArray()).toEqual(["__proto__=p", "1=one", "0=zero"]);
    expect(list.get("constructor")).toBeUndefined();
  });

  it("behave like an ordered map at every point of any history, in whatever order they are read", () => {
    const step = fc.record({
      from: fc.nat(),
      key: fc.constantFrom("A", "B", "C", "D"),
      value: fc.option(fc.string(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 30 }), (steps, reads) => {
        const lists = [EnvList.empty];
        const models: ReadonlyMap<string, string>[] = [new Map()];
        for (const { from, key, value } of steps) {
          const at = from % lists.length;
          const model = new Map(models[at]);
          model.delete(key);
          if (value !== undefined) model.set(key, value);
          models.push(model);
          const list = lists[at] ?? EnvList.empty;
          lists.push(value === undefined ? list.delete(key) : list.set(key, value));
        }
        for (const read of [...reads, ...lists.keys()]) {
          const at = read % lists.length;
          expect(lists[at]?.toArray()).toEqual([...(models[at] ?? [])].map(([key, value]) => `${key}=${value}`));
        }
      }),
    );
  });
});

describe("lists to append to", () => {
  it("keep their items when two lists grow from one", () => {
    const one = AppendList.of(["a"]);
    const left = one.append("b");
    const right = one.append("c").append("d");
    expect(one.toArray()).toEqual(["a"]);
    expect(left.toArray()).toEqual(["a", "b"]);
    expect([...right]).toEqual(["a", "c", "d"]);
    expect(one.at(1)).toBeUndefined();
  });
});
