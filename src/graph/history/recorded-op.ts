import type { MountKind, Op, OpFileAction, OpInput } from "../../llb/op.ts";

/**
 * Of an op what there is to say about how a build could be faster: its commands and paths, cleared as names are. Of the
 * environment there are only variables that say where tools keep their caches, or what they make.
 */
export type RecordedOp =
  | {
      readonly kind: "exec";
      readonly args: readonly string[];
      readonly cwd: string;
      readonly user: string;
      readonly hasNetwork: boolean;
      readonly env: readonly string[];
      readonly mounts: readonly { readonly kind: MountKind; readonly dest: string }[];
    }
  | { readonly kind: "file"; readonly actions: readonly RecordedAction[] }
  /** Patterns of files that a local folder is sent without, in JSON. */
  | { readonly kind: "source"; readonly excludes: string };

/** What an action of a file op does and where, without data and owners. */
export interface RecordedAction {
  readonly kind: OpFileAction["kind"];
  /** Empty where nothing is copied. */
  readonly src: string;
  readonly dest: string;
}

/** Undefined for ops of which nothing more is to be said. */
export function recordedOp(op: Op, redact: (text: string) => string): RecordedOp | undefined {
  switch (op.kind) {
    case "exec": {
      const { args, cwd, user = "", env = [] } = op.meta;
      return {
        kind: "exec",
        args: args.map((text) => redact(text.slice(0, longestArgument))),
        cwd: redact(cwd),
        user: redact(user),
        hasNetwork: op.network !== "none",
        env: env.filter((entry) => telling.test(entry)).map(redact),
        mounts: op.mounts.map(({ kind, dest }) => ({ kind, dest: redact(dest) })),
      };
    }
    case "file":
      return { kind: "file", actions: op.actions.map((action) => actionOf(action, redact)) };
    case "source": {
      const excludes = op.attrs.get("local.excludepatterns");
      return excludes === undefined ? undefined : { kind: "source", excludes: redact(excludes) };
    }
    default:
      return undefined;
  }
}

/** More of a script is not looked at by anybody. */
const longestArgument = 10_000;

const telling = /^(?:GOPATH|CARGO_HOME|CGO_ENABLED)=/;

function actionOf(action: OpFileAction, redact: (text: string) => string): RecordedAction {
  switch (action.kind) {
    case "copy":
      return { kind: action.kind, src: redact(action.src), dest: redact(action.dest) };
    case "mkfile":
    case "mkdir":
    case "rm":
      return { kind: action.kind, src: "", dest: redact(action.path) };
    case "symlink":
      return { kind: action.kind, src: "", dest: redact(action.newpath) };
  }
}

/** An op that does what was recorded, as far as that goes. */
export function opOfRecorded(recorded: RecordedOp, identifier: string, inputs: readonly OpInput[]): Op {
  const base = { inputs, platform: undefined, workerConstraints: undefined };
  switch (recorded.kind) {
    case "exec": {
      const { args, cwd, user, env, hasNetwork, mounts } = recorded;
      const none = { security: "sandbox", secretEnv: [], cdiDevices: [] } as const;
      const meta = { args, cwd, user, env, removeMountStubsRecursive: true };
      const network = hasNetwork ? "sandbox" : "none";
      return {
        ...base,
        ...none,
        kind: "exec",
        meta,
        mounts: mounts.map((mount) => ({ ...plainMount, ...mount })),
        network,
      };
    }
    case "file":
      return { ...base, kind: "file", actions: recorded.actions.map(fullAction) };
    case "source":
      return { ...base, kind: "source", identifier, attrs: new Map([["local.excludepatterns", recorded.excludes]]) };
  }
}

const plainMount = {
  input: -1,
  output: -1,
  selector: "",
  readonly: false,
  contentCache: "default",
  resultId: "",
} as const;

function fullAction({ kind, src, dest }: RecordedAction): OpFileAction {
  const base = { input: -1, secondaryInput: -1, output: -1 };
  const made = { owner: undefined, timestamp: -1n, mode: -1 };
  switch (kind) {
    case "copy":
      return { ...base, ...made, ...plainCopy, kind, src, dest };
    case "mkfile":
      return { ...base, ...made, kind, path: dest, data: new Uint8Array() };
    case "mkdir":
      return { ...base, ...made, kind, path: dest, makeParents: true };
    case "rm":
      return { ...base, kind, path: dest, allowNotFound: true, allowWildcard: false };
    case "symlink":
      return { ...base, ...made, kind, oldpath: src, newpath: dest };
  }
}

const plainCopy = {
  modeStr: "",
  followSymlink: false,
  dirCopyContents: true,
  attemptUnpack: false,
  createDestPath: true,
  allowWildcard: true,
  allowEmptyWildcard: true,
  alwaysReplaceExistingDestPaths: false,
  includePatterns: [],
  excludePatterns: [],
  requiredPaths: [],
} as const;
