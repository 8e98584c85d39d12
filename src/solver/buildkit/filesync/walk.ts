import { errnoOf } from "../../../errno.ts";
import type { MatchInfo } from "../../../pattern-matcher.ts";
import { type BytePath, childPath, pathText } from "./byte-path.ts";
import type { Selection } from "./selection.ts";
import type { Tree, TreeEntry, TreeStat } from "./tree.ts";

/** An entry that the selection lets through. */
export interface WalkedEntry {
  readonly path: BytePath;
  readonly stat: TreeStat;
  /** The path under which the same file was yielded before: this is another hard link to it. */
  readonly link: BytePath | undefined;
}

/** An entry or folder that the walk needs but cannot look at; `cause` is the system's error. */
export class UnreadableEntry extends Error {
  override readonly name = "UnreadableEntry";
  readonly path: BytePath;

  constructor(path: BytePath, cause: unknown) {
    super(`cannot read ${pathText(path)}`, { cause });
    this.path = path;
  }
}

/**
 * Walks a tree in fsutil's order: a folder, then what is in it by bytes, depth first (so `a/b` stands before `a-b`).
 * A folder that is itself left out is yielded right before the first entry in it that is not. What vanishes during the
 * walk is treated as if it had never been there.
 * @throws UnreadableEntry
 * @throws PatternError for a pattern whose meaning cannot be worked out
 */
export function* walkTree(tree: Tree, selection: Selection): Generator<WalkedEntry> {
  const root: Folder = {
    path: "",
    entries: list(tree, "", true),
    next: 0,
    include: undefined,
    exclude: undefined,
    given: true,
  };
  const open: Folder[] = [root];
  const names = new Map<string, BytePath>();
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    const entry = folder.entries[folder.next++];
    if (entry === undefined) {
      open.pop();
      continue;
    }
    const path = childPath(folder.path, entry.name);
    const verdict = judge(selection, path, entry.isFolder, folder);
    if (verdict.kind === "prune") continue;
    const taken = verdict.kind === "take";
    if (taken) {
      const stat = look(tree, path);
      if (stat === undefined || (!folder.given && !(yield* owedFolders(tree, open)))) continue;
      yield { path, stat, link: earlierName(names, path, stat) };
    }
    if (entry.isFolder) {
      const entries = list(tree, path, taken);
      open.push({ path, entries, next: 0, include: verdict.include, exclude: verdict.exclude, given: taken });
    }
  }
}

/** A folder that is being walked. */
interface Folder {
  readonly path: BytePath;
  readonly entries: readonly TreeEntry[];
  next: number;
  readonly include: MatchInfo | undefined;
  readonly exclude: MatchInfo | undefined;
  /** Whether it was yielded; if not, it is owed to the first entry in it that is. */
  given: boolean;
}

type Verdict =
  /** Left out with all that is in it. */
  | { readonly kind: "prune" }
  /** `pass`: left out itself, but something in it may not be. */
  | {
      readonly kind: "take" | "pass";
      readonly include: MatchInfo | undefined;
      readonly exclude: MatchInfo | undefined;
    };

const prune: Verdict = { kind: "prune" };
const takeAll: Verdict = { kind: "take", include: undefined, exclude: undefined };

function judge(selection: Selection, path: BytePath, isFolder: boolean, parent: Folder): Verdict {
  if (selection.include === undefined && selection.exclude === undefined) return takeAll;
  const text = pathText(path);
  const included = selection.include?.matchesUsingParent(text, parent.include);
  if (included?.matched === false && !(isFolder && selection.mayIncludeWithin(text))) return prune;
  const excluded = selection.exclude?.matchesUsingParent(text, parent.exclude);
  if (excluded?.matched === true && !(isFolder && selection.mayReadmitWithin(text))) return prune;
  const left = included?.matched === false || excluded?.matched === true;
  return { kind: left ? "pass" : "take", include: included?.info, exclude: excluded?.info };
}

/** Only names that are sent count, so that none links to one that is left out. */
function earlierName(names: Map<string, BytePath>, path: BytePath, stat: TreeStat): BytePath | undefined {
  if (!stat.hasOtherNames || stat.target !== "") return undefined;
  const identity = `${stat.device}:${stat.inode}`;
  const earlier = names.get(identity);
  if (earlier === undefined) names.set(identity, path);
  return earlier;
}

/** @returns false when a folder on the way is gone, and what is in it with it. */
function* owedFolders(tree: Tree, open: readonly Folder[]): Generator<WalkedEntry, boolean> {
  for (const folder of open) {
    if (folder.given) continue;
    const stat = look(tree, folder.path);
    if (stat === undefined) return false;
    folder.given = true;
    yield { path: folder.path, stat, link: undefined };
  }
  return true;
}

function look(tree: Tree, path: BytePath): TreeStat | undefined {
  try {
    return tree.stat(path);
  } catch (error) {
    throw new UnreadableEntry(path, error);
  }
}

/** A folder that is only passed through may be closed to us: nobody asked for it. */
function list(tree: Tree, path: BytePath, taken: boolean): readonly TreeEntry[] {
  try {
    return tree.entries(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    if (!taken && (code === "EACCES" || code === "EPERM")) return [];
    throw new UnreadableEntry(path, error);
  }
}
