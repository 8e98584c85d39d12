import { now } from "../../../clock.ts";
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
  /** The look and the walk after it see the tree through the same functions, so that V8 has made code for both. */
  readonly #view: Tree;
  readonly #selection: Selection;
  readonly #entries = new Map<BytePath, readonly TreeEntry[]>();
  readonly #stats = new Map<BytePath, TreeStat>();
  #began: number | undefined;
  #isOver = false;

  constructor(tree: Tree, selection: Selection) {
    this.#tree = tree;
    this.#view = { ...tree, entries: (folder) => this.#list(folder), stat: (path) => this.#stat(path) };
    this.#selection = selection;
  }

  /** Again without effect. */
  begin(): void {
    if (this.#began !== undefined) return;
    this.#began = now();
    const walk = walkTree(this.#view, this.#selection);
    const step = () => {
      if (!this.#isOver && this.#advance(walk)) setImmediate(step);
    };
    setImmediate(step);
  }

  /** The tree as far as it was seen. The look has ended with that. */
  take(): Tree {
    this.#isOver = true;
    const age = now() - (this.#began ?? 0);
    if (age > freshFor) this.end();
    return this.#view;
  }

  end(): void {
    this.#isOver = true;
    this.#entries.clear();
    this.#stats.clear();
  }

  #list(folder: BytePath): readonly TreeEntry[] {
    const seen = this.#entries.get(folder);
    if (seen !== undefined) return seen;
    const entries = this.#tree.entries(folder);
    if (!this.#isOver) this.#entries.set(folder, entries);
    return entries;
  }

  /** What was seen is given once, so that behind the end of the look nothing is searched for. */
  #stat(path: BytePath): TreeStat | undefined {
    if (this.#isOver && this.#stats.size > 0) {
      const seen = this.#stats.get(path);
      this.#stats.delete(path);
      if (seen !== undefined) return seen;
    }
    const stat = this.#tree.stat(path);
    if (!this.#isOver && stat !== undefined) this.#stats.set(path, stat);
    return stat;
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
