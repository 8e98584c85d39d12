import type { Command } from "commander";
import type { SolveOptions } from "../../solver/solve-options.ts";
import { ownPlatform } from "../own-platform.ts";
import { parseAssignments } from "../parse/assignments.ts";
import { parseNamedContexts } from "../parse/named-contexts.ts";
import { parseResources } from "../parse/resources.ts";
import { parseSize } from "../parse/size.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

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
  readonly resource: readonly string[];
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
    .option("--cgroup-parent <path>", "parent cgroup of RUN steps")
    .option("--resource <name=limit>", "limit of RUN steps: memory=2g, cpu-quota=50000, cpuset-cpus=0-3…", collect, []);
}

export type DockerfileOptions = Pick<SolveOptions, "target" | "buildArgs" | "namedContexts">;

/** A SOURCE_DATE_EPOCH in the environment is a build argument where none is given, as with docker. */
export function dockerfileOptions(flags: DockerfileFlags, terminal: Terminal): DockerfileOptions {
  const { SOURCE_DATE_EPOCH = "" } = terminal.env;
  return {
    target: flags.target,
    buildArgs: {
      ...(SOURCE_DATE_EPOCH === "" ? {} : { SOURCE_DATE_EPOCH }),
      ...parseAssignments("--build-arg", flags.buildArg, terminal.env),
    },
    namedContexts: parseNamedContexts(flags.buildContext),
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
    | "frontendOptions"
  >;

/** Also takes the platform from DOCKER_DEFAULT_PLATFORM where none is said, as docker does. */
export function buildOptions(flags: BuildFlags, terminal: Terminal): BuildOptions {
  const { DOCKER_DEFAULT_PLATFORM = "" } = terminal.env;
  if (!flags.cache && flags.cacheFilter.length > 0) {
    throw new UsageError("--no-cache and --no-cache-filter exclude each other.");
  }
  return {
    ...dockerfileOptions(flags, terminal),
    labels: parseAssignments("--label", flags.label),
    platforms: (flags.platform.length > 0 ? flags.platform : collectCommas(DOCKER_DEFAULT_PLATFORM, [])).map(
      (platform) => (platform.trim().toLowerCase() === "local" ? ownPlatform() : platform),
    ),
    noCache: !flags.cache,
    noCacheFilter: flags.cacheFilter,
    addHosts: flags.addHost,
    network: flags.network,
    ulimits: flags.ulimit,
    shmSize: flags.shmSize === undefined ? undefined : parseSize("--shm-size", flags.shmSize),
    cgroupParent: flags.cgroupParent,
    frontendOptions: parseResources(flags.resource),
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
