import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { isRunning, processNumber } from "./environment.ts";

/** How the name of each file ends that is not whole yet. */
export const temporaryEnding = ".tmp";

/**
 * A name for a file that is not whole yet, hidden from listings; it stands beside the one that it becomes. By it others
 * see whether its owner is still there.
 */
export function temporaryName(): string {
  return `.llbc-${processesSeen()}-${processNumber()}-${randomBytes(8).toString("hex")}${temporaryEnding}`;
}

/** Of the names in a folder those of files that killed processes left; of processes that we cannot see, none. */
export function abandonedNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    const [, seen, number] = /^\.llbc-([0-9a-f]+)-(\d+)-[0-9a-f]{16}\.tmp$/.exec(name) ?? [];
    return seen === processesSeen() && unknown !== seen && !isRunning(Number(number));
  });
}

const unknown = "0";
let known: string | undefined;

/** Tells apart the machines, their starts and their containers, in each of which numbers stand for other processes. */
function processesSeen(): string {
  known ??= readProcessesSeen();
  return known;
}

function readProcessesSeen(): string {
  try {
    const start = readFileSync("/proc/sys/kernel/random/boot_id", "latin1");
    const container = readlinkSync("/proc/self/ns/pid", "latin1");
    return createHash("sha256").update(`${start}${container}`).digest("hex").slice(0, 12);
  } catch {
    return unknown;
  }
}
