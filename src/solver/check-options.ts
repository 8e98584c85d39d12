import { Failure } from "../failure.ts";
import type { SolveOptions } from "./solve-options.ts";

/** Throws a Failure `usage` for options that make no sense, whatever is built. */
export function checkOptions({ maxParallelism, frontend }: SolveOptions): void {
  if (maxParallelism === undefined) return;
  if (!Number.isSafeInteger(maxParallelism) || maxParallelism < 1) {
    throw new Failure("usage", `maxParallelism is ${maxParallelism}, but has to be a whole number from 1 on`);
  }
  if (frontend !== undefined) {
    throw new Failure("usage", "the steps of a frontend of the worker cannot be bounded from here", {
      remedy: "Leave out either frontend or maxParallelism.",
    });
  }
}
