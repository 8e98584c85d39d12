import type { BytePath } from "./byte-path.ts";
import type { Selection } from "./selection.ts";
import type { Tree, TreeEntry, TreeStat } from "./tree.ts";
import { walkTree } from "./walk.ts";

/** What was looked at counts as the present for so long, in milliseconds: as long as a walk may take anyway. */
const freshFor = 2000;
/** So much is looked at in one go, and so much in all. */
const burst = 128;
const most = 50_000;

/**
 * A look at a tree before the worker asks for it, in the turns of the event loop in which nothing else is to be done.
 * The walk that comes after it finds there what it would have asked the system for; of what has not been looked at, or
 * too long ago, it asks the system. What is read of files is always checked against what was seen of them.
 */
export class LookAhead {
  readonly #tree: Tree;
  readonly #selection: Selection;
  readonly #entries = new Map<BytePath, readonly TreeEntry[]>();
  readonly #stats = new Map<BytePath, TreeStat>();
  #began: number | undefined;
  #isOver = false;

  constructor(tree: Tree, selection: Selection) {
    this.#tree = tree;
    this.#selection = selection;
  }

  /** Again without effect. */
  begin(): void {
    if (this.#began !== undefined) return;
    this.#began = performance.now();
    const walk = walkTree(this.#noting(), this.#selection);
    const step = () => {
      if (!this.#isOver && this.#advance(walk)) setImmediate(step);
    };
    setImmediate(step);
  }

  /** The tree as far as it was seen. The look has ended with that. */
  take(): Tree {
    this.#isOver = true;
    const age = performance.now() - (this.#began ?? 0);
    if (age > freshFor) this.end();
    return {
      ...this.#tree,
      entries: (folder) => this.#entries.get(folder) ?? this.#tree.entries(folder),
      stat: (path) => this.#seen(path) ?? this.#tree.stat(path),
    };
  }

  end(): void {
    this.#isOver = true;
    this.#entries.clear();
    this.#stats.clear();
  }

  /** Once: what comes after all that was seen is then not looked for. */
  #seen(path: BytePath): TreeStat | undefined {
    if (this.#stats.size === 0) return undefined;
    const stat = this.#stats.get(path);
    if (stat !== undefined) this.#stats.delete(path);
    return stat;
  }

  #noting(): Tree {
    return {
      ...this.#tree,
      entries: (folder) => {
        const entries = this.#tree.entries(folder);
        this.#entries.set(folder, entries);
        return entries;
      },
      stat: (path) => {
        const stat = this.#tree.stat(path);
        if (stat !== undefined) this.#stats.set(path, stat);
        return stat;
      },
    };
  }

  /** False where there is nothing more to look at. What cannot be looked at is for the walk to meet again. */
  #advance(walk: Iterator<unknown>): boolean {
    try {
      for (let count = 0; count < burst; count++) if (walk.next().done === true) return false;
      return this.#stats.size < most;
    } catch {
      return false;
    }
  }
}
