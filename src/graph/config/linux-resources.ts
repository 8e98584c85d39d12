import type { LinuxResources } from "../../llb/op-metadata.ts";
import { parseInt64, parseUint64 } from "../go-numbers.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";

/**
 * Limits of RUN steps; undefined where none is given.
 * @throws InvalidDockerfile without a place, for a value that is no limit.
 */
export function parseLinuxResources(options: ReadonlyMap<string, string>): LinuxResources | undefined {
  const read = <T>(key: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = options.get(key) ?? "";
    if (text === "") return undefined;
    const value = parse(text);
    if (value === undefined) throw invalid(key, text);
    return value;
  };
  const resources: LinuxResources = {
    memory: read("memory", positive(parseInt64)),
    memorySwap: read("memswap", (text) => (text === "-1" ? -1n : positive(parseInt64)(text))),
    cpuShares: read("cpushares", positive(parseUint64)),
    cpuPeriod: read("cpuperiod", positive(parseUint64)),
    cpuQuota: read("cpuquota", positive(parseInt64)),
    cpusetCpus: read("cpusetcpus", cpuset),
    cpusetMems: read("cpusetmems", cpuset),
  };
  return Object.values(resources).every((value) => value === undefined) ? undefined : resources;
}

/** The largest index of a processor or memory node that BuildKit takes. */
const largestIndex = 8192;

function positive(parse: (text: string) => bigint | undefined): (text: string) => bigint | undefined {
  return (text) => {
    const value = parse(text);
    return value !== undefined && value > 0n ? value : undefined;
  };
}

/** A set of indices such as `0-3,5`: taken as it is written, if it is one. */
function cpuset(text: string): string | undefined {
  return text.split(",").every(isRange) ? text : undefined;
}

function isRange(part: string): boolean {
  const trimmed = part.trim();
  if (trimmed === "") return true;
  const dash = trimmed.indexOf("-");
  const low = index(dash < 0 ? trimmed : trimmed.slice(0, dash).trim());
  const high = dash < 0 ? low : index(trimmed.slice(dash + 1).trim());
  return low !== undefined && high !== undefined && low >= 0 && low <= high && high <= largestIndex;
}

function index(text: string): number | undefined {
  const value = parseInt64(text);
  return value === undefined ? undefined : Number(value);
}

function invalid(key: string, text: string): InvalidDockerfile {
  return new InvalidDockerfile("invalid-option", `the limit ${key} is "${text}", which is not valid`, {
    placeless: true,
  });
}
