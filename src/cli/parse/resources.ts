import { UsageError } from "../usage-error.ts";
import { parseSize } from "./size.ts";

/** What BuildKit's frontend calls the limits. */
const options = {
  memory: "memory",
  "memory-swap": "memswap",
  "cpu-shares": "cpushares",
  "cpu-period": "cpuperiod",
  "cpu-quota": "cpuquota",
  "cpuset-cpus": "cpusetcpus",
  "cpuset-mems": "cpusetmems",
} as const;

/** The uses of `--resource NAME=LIMIT`, as options of BuildKit's frontend; a limit of 0 is none. */
export function parseResources(uses: readonly string[]): Readonly<Record<string, string>> {
  const limits = new Map<string, string>();
  for (const use of uses) {
    const equals = use.indexOf("=");
    const name = use.slice(0, equals).trim();
    if (equals === -1 || !isResource(name)) throw new UsageError(unknown(use));
    const limit = limitOf(`--resource ${use}:`, name, use.slice(equals + 1).trim());
    if (limit === "" || limit === "0") limits.delete(options[name]);
    else limits.set(options[name], limit);
  }
  return Object.fromEntries(limits);
}

function limitOf(flag: string, name: keyof typeof options, text: string): string {
  switch (name) {
    case "memory":
      return String(parseSize(flag, text));
    case "memory-swap":
      return text === "-1" ? text : String(parseSize(flag, text));
    case "cpu-shares":
    case "cpu-period":
    case "cpu-quota":
      if (/^\d{1,18}$/.test(text)) return String(BigInt(text));
      throw new UsageError(`${flag} a whole number is needed.`);
    case "cpuset-cpus":
    case "cpuset-mems":
      return text;
  }
}

function isResource(name: string): name is keyof typeof options {
  return Object.hasOwn(options, name);
}

function unknown(use: string): string {
  return `--resource ${use}: a limit is needed, as NAME=LIMIT; there are ${Object.keys(options).join(", ")}.`;
}
