import { type Command, Option } from "commander";

/**
 * Flags that docker's older builder had and that docker buildx still takes, hidden from its help: limits of steps, which
 * mean --resource, and others without any effect, some of them with a warning.
 */
export interface LegacyFlags {
  readonly memory?: string;
  readonly memorySwap?: string;
  readonly cpuShares?: string;
  readonly cpuPeriod?: string;
  readonly cpuQuota?: string;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
  readonly isolation?: string;
  readonly securityOpt?: string;
  readonly squash?: true;
  readonly print?: string;
}

export function addLegacyFlags(command: Command): Command {
  const hidden = [
    "-m, --memory <limit>",
    "--memory-swap <limit>",
    "-c, --cpu-shares <n>",
    "--cpu-period <n>",
    "--cpu-quota <n>",
    "--cpuset-cpus <list>",
    "--cpuset-mems <list>",
    "--isolation <technology>",
    "--security-opt <options>",
    "--print <method>",
    "--compress",
    "--squash",
    "--rm",
    "--force-rm",
  ];
  for (const flags of hidden) command.addOption(new Option(flags).hideHelp());
  return command;
}

/** The limits among them, as --resource takes them. */
export function legacyResources(flags: LegacyFlags): readonly string[] {
  const limits = [
    ["memory", flags.memory],
    ["memory-swap", flags.memorySwap],
    ["cpu-shares", flags.cpuShares],
    ["cpu-period", flags.cpuPeriod],
    ["cpu-quota", flags.cpuQuota],
    ["cpuset-cpus", flags.cpusetCpus],
    ["cpuset-mems", flags.cpusetMems],
  ] as const;
  return limits.flatMap(([name, limit]) => (limit === undefined ? [] : [`${name}=${limit}`]));
}

/** What is to be said of those that mean nothing to BuildKit. */
export function legacyWarnings({ isolation, securityOpt, squash }: LegacyFlags): readonly string[] {
  return [
    ...(isolation === undefined ? [] : ["--isolation means nothing to BuildKit and is passed over."]),
    ...(securityOpt === undefined
      ? []
      : ["--security-opt means nothing to BuildKit and is passed over: see RUN --security=insecure and --allow."]),
    ...(squash === undefined
      ? []
      : ["--squash means nothing to BuildKit and is passed over: COPY what you need into a last stage."]),
  ];
}
