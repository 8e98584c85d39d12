import type { Op } from "../../llb/op.ts";
import { type Platform, parsePlatform } from "../../platform.ts";

/** How many times longer a step is taken to run under QEMU than on a processor of its own: a rule of thumb. */
export const emulationFactor = 6;

/** What a processor of the one architecture runs besides, without emulation. */
const alsoRuns = new Map([
  ["amd64", ["386"]],
  ["arm64", ["arm"]],
]);

/** How many times longer an op takes for being emulated on a worker that runs these platforms itself; 1 if it is not. */
export function emulationOf(op: Op, native: readonly Platform[]): number {
  return op.kind === "exec" && op.platform !== undefined && isEmulated(op.platform, native) ? emulationFactor : 1;
}

function isEmulated({ os, architecture }: Platform, native: readonly Platform[]): boolean {
  // Of another system nothing can be said: it would not run at all.
  const sameSystem = native.filter((platform) => platform.os === os);
  return (
    sameSystem.length > 0 &&
    !sameSystem.some(
      (platform) =>
        platform.architecture === architecture || alsoRuns.get(platform.architecture)?.includes(architecture) === true,
    )
  );
}

/** What a worker runs itself, by name; linux/amd64 when absent. */
export function nativePlatforms(names: readonly string[] = ["linux/amd64"]): readonly Platform[] {
  return names.map((name) => parsePlatform(name));
}
