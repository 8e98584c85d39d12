import process from "node:process";
import { errnoOf } from "./errno.ts";

/** The process's environment variables: what a library call looks at when its caller gives no others. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** The number that this process has among those that it sees. */
export function processNumber(): number {
  return process.pid;
}

/** Whether there is a process of this number, whoever's it is. */
export function isRunning(number: number): boolean {
  try {
    process.kill(number, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH";
  }
}
