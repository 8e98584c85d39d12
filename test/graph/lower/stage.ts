import { AppendList } from "../../../src/graph/append-list.ts";
import { EnvList } from "../../../src/graph/env-list.ts";
import { scratchImage } from "../../../src/graph/image-state.ts";
import { Linter } from "../../../src/graph/lint/linter.ts";
import type { LowerContext, SourceStage, StageState } from "../../../src/graph/lower/state.ts";
import type { Edge } from "../../../src/llb/vertex.ts";
import type { AddInstruction, CopyInstruction, Mount, RunInstruction } from "../../../src/parser/instruction.ts";

/** What a stage under test reported. */
export interface Records {
  readonly contextPaths: string[];
  readonly ownPaths: string[];
  readonly secrets: { readonly id: string; readonly required: boolean }[];
  readonly ssh: { readonly id: string; readonly required: boolean }[];
}

/** The main context, a source like any other. */
export const mainContext: Edge = { output: 0, vertex: { kind: "source", identifier: "local://context" } };

/** A context whose worker can do everything, with the records of what is reported to it. */
export function lowerContext(parts: Partial<LowerContext> = {}): {
  readonly context: LowerContext;
  readonly records: Records;
} {
  const records: Records = { contextPaths: [], ownPaths: [], secrets: [], ssh: [] };
  const platform = { os: "linux", architecture: "amd64" };
  const context: LowerContext = {
    caps: { has: () => true },
    sourceMap: { filename: "Dockerfile", language: "Dockerfile", data: new Uint8Array() },
    escape: "\\",
    budget: { left: 1_000_000 },
    buildArgValues: new Map(),
    globalArgs: EnvList.empty,
    proxy: undefined,
    cacheIdNamespace: "",
    targetPlatform: platform,
    buildPlatform: platform,
    extraHosts: [],
    shmSize: 0n,
    ulimits: [],
    cgroupParent: "",
    linuxResources: undefined,
    epoch: undefined,
    ignoreMatcher: undefined,
    stageName: "",
    stepTotal: 3,
    prefixPlatform: false,
    ignoreCache: false,
    recorder: {
      useContextPath: (path) => records.contextPaths.push(path),
      useOwnPath: (path) => records.ownPaths.push(path),
      useSecret: (id, required) => records.secrets.push({ id, required }),
      useSsh: (id, required) => records.ssh.push({ id, required }),
      declareArg: () => {},
    },
    lint: new Linter({ filename: "Dockerfile" }),
    onBuild: false,
    sources: [],
    mainContext,
    ...parts,
  };
  return { context, records };
}

/** A stage as it is after `FROM scratch`. */
export function stageState(parts: Partial<StageState> = {}): StageState {
  const platform = { os: "linux", architecture: "amd64" };
  return {
    root: undefined,
    env: EnvList.empty,
    workdir: "/",
    user: "",
    hostname: "",
    network: "sandbox",
    opPlatform: undefined,
    platform,
    ...scratchImage(platform),
    buildArgs: AppendList.of(),
    settledEnv: undefined,
    workdirSet: false,
    cmdLines: undefined,
    entrypointLines: undefined,
    healthcheckLines: undefined,
    step: 0,
    ...parts,
  };
}

/** A source stage that notes what is read of it in `paths`. */
export function sourceStage(parts: Partial<SourceStage> = {}): SourceStage & { readonly paths: string[] } {
  const paths: string[] = [];
  return {
    dispatched: true,
    root: { output: 0, vertex: { kind: "source", identifier: "docker-image://docker.io/library/tools:latest" } },
    workdir: "/",
    opPlatform: undefined,
    usePath: (path) => paths.push(path),
    ...parts,
    paths,
  };
}

/** A bind mount of the whole context on /m, but for `parts`. */
export function mount(parts: Partial<Mount>): Mount {
  return {
    type: "bind",
    from: "",
    source: "",
    target: "/m",
    readOnly: parts.type === undefined || parts.type === "bind",
    sizeLimit: 0,
    cacheId: "",
    cacheSharing: "",
    required: false,
    env: undefined,
    mode: undefined,
    uid: undefined,
    gid: undefined,
    ...parts,
  };
}

/** `RUN make`, but for `parts`. */
export function run(parts: Partial<RunInstruction> = {}): RunInstruction {
  return {
    kind: "run",
    name: "RUN",
    lines: [1],
    comments: [],
    code: "RUN make",
    cmdLine: ["make"],
    files: [],
    prependShell: true,
    flagsUsed: [],
    mountFlags: [],
    mounts: [],
    network: "default",
    security: "sandbox",
    devices: [],
    ...parts,
  };
}

/** `COPY x /to/`, but for `parts`. */
export function copy(parts: Partial<CopyInstruction> = {}): CopyInstruction {
  return { kind: "copy", ...anyCopy, code: "COPY x /to/", from: "", parents: false, ...parts };
}

/** `ADD x /to/`, but for `parts`. */
export function add(parts: Partial<AddInstruction> = {}): AddInstruction {
  const own = { kind: "add", keepGitDir: undefined, checksum: "", unpack: undefined } as const;
  return { ...own, ...anyCopy, name: "ADD", code: "ADD x /to/", ...parts };
}

const anyCopy = {
  name: "COPY",
  lines: [1],
  comments: [],
  sourcePaths: ["x"],
  destPath: "/to/",
  sourceContents: [],
  chown: "",
  chmod: "",
  link: false,
  excludePatterns: [],
};
