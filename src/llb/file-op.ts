import { cleanPath, joinPath } from "../slash-path.ts";
import type { OpCopy, OpFileAction, OpInput, OpOwner, OpUser } from "./op.ts";
import { addInput, type CappedOp, constraintsOf, type OpContext } from "./op-context.ts";
import type { CopyAction, Edge, FileAction, FileChain, FileVertex, Owner, UserRef } from "./vertex.ts";

/**
 * Actions in the order in which they run: the chain itself, and before a copy the chain whose result it copies.
 * Capabilities of single actions (patterns, required paths, symbolic modes, symlinks) are not asked for: BuildKit
 * collects them before it has gathered the actions, so that none is ever found.
 */
export function fileOpOf(vertex: FileVertex, context: OpContext): CappedOp {
  const gathered: Gathered = { inputs: [], actions: [], results: undefined };
  gatherChain(vertex, gathered, context);
  const { inputs, actions } = gathered;
  return {
    caps: fileCaps,
    op: {
      kind: "file",
      inputs,
      platform: undefined,
      workerConstraints: constraintsOf(vertex, context.options),
      actions: actions.map((action, index) => opActionOf(action, inputs.length, index === actions.length - 1)),
    },
  };
}

/** The edges of a file vertex in the order in which BuildKit walks them: the base first, then from the last action on. */
export function edgesOfChain(chain: FileChain, found: Edge[] = []): Edge[] {
  if (chain.base !== undefined) found.push(chain.base);
  for (let index = chain.actions.length - 1; index >= 0; index--) {
    const action = chain.actions[index];
    if (action?.kind !== "copy" || action.source === undefined) continue;
    if ("actions" in action.source) edgesOfChain(action.source, found);
    else found.push(action.source);
  }
  return found;
}

/** Where an action takes something from: an input of the op by index, -1 for scratch, or the result of an action. */
type Origin = { readonly input: number } | { readonly action: number };

interface GatheredAction {
  readonly action: FileAction;
  readonly origin: Origin;
  readonly copied: Origin;
  /** Input in which names of owners are looked up. */
  readonly base: number;
}

interface Gathered {
  readonly inputs: OpInput[];
  readonly actions: GatheredAction[];
  /** The last action of each chain that is copied from: one that two copies share runs once. Most vertices have none. */
  results: Map<FileChain, number> | undefined;
}

/** The index of the action that yields the result of the chain. */
function gatherChain(chain: FileChain, gathered: Gathered, context: OpContext): number {
  let result = -1;
  for (const action of chain.actions) {
    const base = addInput(gathered.inputs, context.input(chain.base));
    const origin: Origin = result === -1 ? { input: base } : { action: result };
    const copied = action.kind === "copy" ? gatherSource(action, gathered, context) : scratch;
    result = gathered.actions.push({ action, origin, copied, base }) - 1;
  }
  if (result === -1) throw new Error("a file vertex needs at least one action");
  return result;
}

function gatherOnce(chain: FileChain, gathered: Gathered, context: OpContext): number {
  gathered.results ??= new Map();
  const result = gathered.results.get(chain) ?? gatherChain(chain, gathered, context);
  gathered.results.set(chain, result);
  return result;
}

function gatherSource(copy: CopyAction, gathered: Gathered, context: OpContext): Origin {
  if (copy.source === undefined) return scratch;
  if ("actions" in copy.source) return { action: gatherOnce(copy.source, gathered, context) };
  return { input: addInput(gathered.inputs, context.input(copy.source)) };
}

const scratch: Origin = { input: -1 };

/** Each shape is written out, not spread: this is the hot path of a compile. */
function opActionOf({ action, origin, copied, base }: GatheredAction, inputs: number, last: boolean): OpFileAction {
  const input = indexOf(origin, inputs);
  const output = last ? 0 : -1;
  switch (action.kind) {
    case "copy":
      return copyOf(action, input, indexOf(copied, inputs), output, base);
    case "mkfile":
      return {
        kind: "mkfile",
        input,
        secondaryInput: -1,
        output,
        path: absolute(action.path),
        mode: action.mode & 0o777,
        data: action.data,
        owner: ownerOf(action.owner, base),
        timestamp: action.timestamp ?? -1n,
      };
    case "mkdir":
      return {
        kind: "mkdir",
        input,
        secondaryInput: -1,
        output,
        path: absolute(action.path),
        mode: action.mode & 0o777,
        makeParents: action.makeParents ?? false,
        owner: ownerOf(action.owner, base),
        timestamp: action.timestamp ?? -1n,
      };
    case "rm":
      return {
        kind: "rm",
        input,
        secondaryInput: -1,
        output,
        path: absolute(action.path),
        allowNotFound: action.allowNotFound ?? false,
        allowWildcard: action.allowWildcard ?? false,
      };
    case "symlink":
      return {
        kind: "symlink",
        input,
        secondaryInput: -1,
        output,
        oldpath: action.oldpath,
        newpath: action.newpath,
        owner: ownerOf(action.owner, base),
        timestamp: action.timestamp ?? -1n,
      };
  }
}

function copyOf(action: CopyAction, input: number, secondaryInput: number, output: number, base: number): OpCopy {
  const { mode } = action;
  return {
    kind: "copy",
    input,
    secondaryInput,
    output,
    src: absolute(action.src),
    dest: withTail(absolute(action.dest), action.dest),
    owner: ownerOf(action.owner, base),
    mode: typeof mode === "number" ? mode | 0 : mode === undefined ? -1 : 0,
    modeStr: typeof mode === "string" ? mode : "",
    followSymlink: action.followSymlink ?? false,
    dirCopyContents: action.dirCopyContents ?? false,
    attemptUnpack: action.attemptUnpack ?? false,
    createDestPath: action.createDestPath ?? false,
    allowWildcard: action.allowWildcard ?? false,
    allowEmptyWildcard: action.allowEmptyWildcard ?? false,
    alwaysReplaceExistingDestPaths: action.alwaysReplaceExistingDestPaths ?? false,
    includePatterns: action.includePatterns ?? none,
    excludePatterns: action.excludePatterns ?? none,
    requiredPaths: action.requiredPaths ?? none,
    timestamp: action.timestamp ?? -1n,
  };
}

const none: readonly string[] = [];
const fileCaps: readonly string[] = ["file.base"];

function indexOf(origin: Origin, inputs: number): number {
  return "action" in origin ? inputs + origin.action : origin.input;
}

function absolute(path: string): string {
  const clean = cleanPath(path);
  return clean.startsWith("/") ? clean : joinPath("/", clean);
}

/** What tells a copy that its target is a directory survives the cleaning. */
function withTail(clean: string, original: string): string {
  if (original.endsWith("/")) return clean.endsWith("/") ? clean : `${clean}/`;
  if (original.endsWith("/.")) return clean === "/" ? "/." : `${clean}/.`;
  return clean;
}

function ownerOf(owner: Owner | undefined, base: number): OpOwner | undefined {
  if (owner === undefined) return undefined;
  return { user: userOf(owner.user, base), group: userOf(owner.group, base) };
}

/** The empty name is no name: it stands for id 0, as in BuildKit. */
function userOf(user: UserRef | undefined, base: number): OpUser | undefined {
  if (user === undefined) return undefined;
  if ("id" in user) return { id: user.id >>> 0 };
  return user.name === "" ? { id: 0 } : { name: user.name, input: base };
}
