import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { diskTree } from "../../../src/solver/buildkit/filesync/disk-tree.ts";
import { LookAhead } from "../../../src/solver/buildkit/filesync/look-ahead.ts";
import { type SelectionRequest, selectFrom } from "../../../src/solver/buildkit/filesync/selection.ts";
import { contentsChanged, type Tree } from "../../../src/solver/buildkit/filesync/tree.ts";
import { walkTree } from "../../../src/solver/buildkit/filesync/walk.ts";
import { folderWith } from "../../cli/rig.ts";

const all: SelectionRequest = { includePatterns: [], excludePatterns: [], followPaths: [] };

function folder(): string {
  const path = folderWith({ "a/b/c.txt": "c", "a/d.txt": "d", "e.txt": "e" });
  symlinkSync("e.txt", join(path, "link"));
  for (let index = 0; index < 300; index++) writeFileSync(join(path, `many-${index}`), "");
  return path;
}

/** The tree, and what is asked of the system. */
function counted(path: string): { readonly tree: Tree; readonly asked: string[] } {
  const tree = diskTree(path);
  const asked: string[] = [];
  const stat: Tree["stat"] = (entry) => {
    asked.push(entry);
    return tree.stat(entry);
  };
  return { tree: { ...tree, stat }, asked };
}

const walked = (tree: Tree, request = all) => [...walkTree(tree, selectFrom(tree, request))];

async function looked(path: string, request = all) {
  const { tree, asked } = counted(path);
  const ahead = new LookAhead(tree, selectFrom(tree, request));
  ahead.begin();
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  return { ahead, asked };
}

describe("a look ahead", () => {
  it("gives what a walk would find, which then asks the system for nothing again", async () => {
    const path = folder();
    const { ahead, asked } = await looked(path);
    expect(asked.length).toBe(306);
    expect(walked(ahead.take())).toEqual(walked(diskTree(path)));
    expect(asked.length).toBe(306);
  });

  it("looks at no more than it was told to, and leaves the rest to the walk", async () => {
    const path = folder();
    const { ahead, asked } = await looked(path, { ...all, includePatterns: ["a"], excludePatterns: ["a/b"] });
    expect(asked).toEqual(["a", "a/d.txt"]);
    expect(walked(ahead.take())).toEqual(walked(diskTree(path)));
  });

  it("ends where it is when the walk begins, or never begins", async () => {
    const { tree, asked } = counted(folder());
    const selection = selectFrom(tree, all);
    const idle = new LookAhead(tree, selection);
    expect(walked(idle.take()).length).toBe(306);
    const early = new LookAhead(tree, selection);
    early.begin();
    await setImmediate();
    const before = asked.length;
    early.take();
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    expect(asked.length).toBe(before);
    expect(before).toBeLessThan(2 * 306);
  });

  it("tells of a file that has changed since, when it is read", async () => {
    const path = folder();
    const { ahead } = await looked(path);
    appendFileSync(join(path, "a/d.txt"), "more");
    const tree = ahead.take();
    const stat = tree.stat("a/d.txt");
    expect(stat?.size).toBe(1);
    expect(stat && tree.open("a/d.txt", stat)).toBe(contentsChanged);
  });

  it("meets no trouble that is not the walk's", async () => {
    const path = folder();
    const tree: Tree = {
      ...diskTree(path),
      stat: () => {
        throw new Error("not now");
      },
    };
    const ahead = new LookAhead(tree, selectFrom(tree, all));
    ahead.begin();
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    expect(() => walked(ahead.take())).toThrow("cannot read a");
    mkdirSync(join(path, "later"));
    expect(
      ahead
        .take()
        .entries("")
        .some(({ name }) => name === "later"),
    ).toBe(false);
    ahead.end();
    expect(
      ahead
        .take()
        .entries("")
        .some(({ name }) => name === "later"),
    ).toBe(true);
  });
});
