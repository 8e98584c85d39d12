import type { Command } from "commander";
import type { SolveOptions } from "../../solver/solve-options.ts";
import { parseAssignments } from "../parse/assignments.ts";
import { parseSize } from "../parse/size.ts";
import type { Terminal } from "../terminal.ts";

/** The flags that say what a Dockerfile is and what it is given, as they were typed; lists hold every use, in order. */
export interface DockerfileFlags {
  readonly file?: string;
  readonly target?: string;
  readonly buildArg: readonly string[];
  readonly buildContext: readonly string[];
}

/** The flags that every command has which builds a graph. */
export interface BuildFlags extends DockerfileFlags {
  readonly label: readonly string[];
  readonly platform: readonly string[];
  /** `false` where `--no-cache` was given. */
  readonly cache: boolean;
  /** The stages of `--no-cache-filter`: commander takes the "no" of a name away. */
  readonly cacheFilter: readonly string[];
  readonly addHost: readonly string[];
  readonly network?: string;
  readonly ulimit: readonly string[];
  readonly shmSize?: string;
  readonly cgroupParent?: string;
}

export function addFileFlag(command: Command): Command {
  return command.option(
    "-f, --file <path>",
    "the Dockerfile; - reads it from standard input (default: CONTEXT/Dockerfile)",
  );
}

export function addDockerfileFlags(command: Command): Command {
  return addFileFlag(command)
    .option("--target <stage>", "the stage to build (default: the last one)")
    .option("--build-arg <name=value>", "value of an ARG; without = it is taken from the environment", collect, [])
    .option(
      "--build-context <name=source>",
      "what a stage or image name stands for: folder, docker-image://…",
      collect,
      [],
    );
}

export function addBuildFlags(command: Command): Command {
  return addDockerfileFlags(command)
    .option("--label <name=value>", "label of the image", collect, [])
    .option("--platform <list>", "platforms to build for, such as linux/amd64,linux/arm64", collectCommas, [])
    .option("--no-cache", "run every step again")
    .option("--no-cache-filter <stages>", "run the steps of these stages again", collectCommas, [])
    .option("--add-host <name:address>", "an entry of /etc/hosts in RUN steps", collectCommas, [])
    .option("--network <mode>", "network of RUN steps: default, none or host")
    .option("--ulimit <name=soft[:hard]>", "limit in RUN steps", collect, [])
    .option("--shm-size <size>", "size of /dev/shm in RUN steps, such as 64m")
    .option("--cgroup-parent <path>", "parent cgroup of RUN steps");
}

export type DockerfileOptions = Pick<SolveOptions, "target" | "buildArgs" | "namedContexts">;

export function dockerfileOptions(flags: DockerfileFlags, terminal: Terminal): DockerfileOptions {
  return {
    target: flags.target,
    buildArgs: parseAssignments("--build-arg", flags.buildArg, terminal.env),
    namedContexts: parseAssignments("--build-context", flags.buildContext),
  };
}

export type BuildOptions = DockerfileOptions &
  Pick<
    SolveOptions,
    | "labels"
    | "platforms"
    | "noCache"
    | "noCacheFilter"
    | "addHosts"
    | "network"
    | "ulimits"
    | "shmSize"
    | "cgroupParent"
  >;

export function buildOptions(flags: BuildFlags, terminal: Terminal): BuildOptions {
  return {
    ...dockerfileOptions(flags, terminal),
    labels: parseAssignments("--label", flags.label),
    platforms: flags.platform,
    noCache: !flags.cache,
    noCacheFilter: flags.cacheFilter,
    addHosts: flags.addHost,
    network: flags.network,
    ulimits: flags.ulimit,
    shmSize: flags.shmSize === undefined ? undefined : parseSize("--shm-size", flags.shmSize),
    cgroupParent: flags.cgroupParent,
  };
}

/** Keeps every use of a flag. */
export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** Keeps every use of a flag, each a list in itself. */
export function collectCommas(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, ...value.split(",").filter((part) => part !== "")];
}
