import { Failure } from "../failure.ts";
import { parseImageReference } from "../image-reference.ts";
import type { SolveOptions } from "./solve-options.ts";

/** Throws a Failure `usage` for options that make no sense, whatever is built. */
export function checkOptions(options: SolveOptions): void {
  checkRetry(options);
  checkNames(options);
  checkSteps(options);
  const { maxParallelism, frontend } = options;
  if (maxParallelism === undefined) return;
  if (!Number.isSafeInteger(maxParallelism) || maxParallelism < 1) {
    throw new Failure("usage", `maxParallelism is ${maxParallelism}, but has to be a whole number from 1 on`);
  }
  if (frontend !== undefined || options.syntax === "forward") {
    throw new Failure("usage", "the steps of a frontend of the worker cannot be bounded from here", {
      remedy: "Leave out either frontend or maxParallelism.",
    });
  }
}

function checkRetry({ retry = 0 }: SolveOptions): void {
  if (Number.isSafeInteger(retry) && retry >= 0) return;
  throw new Failure("usage", `retry is ${retry}, but has to be a whole number from 0 on`);
}

function checkNames({ tags = [] }: SolveOptions): void {
  for (const tag of tags) {
    if (parseImageReference(tag) !== undefined) continue;
    const small = tag.toLowerCase();
    const remedy =
      small !== tag && parseImageReference(small) !== undefined
        ? `The path of an image is in small letters: ${small}.`
        : "Write it as [registry/]repository[:tag], as in registry.example.com/team/app:1.";
    throw new Failure("usage", `"${tag}" is no name of an image`, { remedy });
  }
}

function checkSteps({ requireCache, keepGoing, noCache, noCacheFilter = [], frontend, syntax }: SolveOptions): void {
  if (requireCache === true && (noCache === true || noCacheFilter.length > 0)) {
    throw new Failure("usage", "all steps have to be cached, and some are to run again: nothing could be built", {
      remedy: "Leave out either requireCache or noCache.",
    });
  }
  if ((requireCache === true || keepGoing === true) && (frontend !== undefined || syntax === "forward")) {
    throw new Failure("usage", "the steps of a frontend of the worker are not known here", {
      remedy: "Leave out requireCache and keepGoing, or let the Dockerfile be compiled here.",
    });
  }
}
