import { Failure } from "../failure.ts";
import { parseImageReference } from "../image-reference.ts";
import type { SolveOptions } from "./solve-options.ts";

/** Throws a Failure `usage` for options that make no sense, whatever is built. */
export function checkOptions(options: SolveOptions): void {
  checkRetry(options);
  checkNames(options);
  checkForms(options);
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

/** What types rule out, for programs that have none: a worker would be asked for something else than was meant. */
function checkForms({ syntax = "auto", outputs = [], secrets = {} }: SolveOptions): void {
  if (!syntaxes.has(syntax)) {
    throw new Failure("usage", `syntax is ${JSON.stringify(syntax)}, but has to be ${[...syntaxes].join(", ")}`);
  }
  for (const { type } of outputs) {
    if (outputTypes.has(type)) continue;
    throw new Failure("usage", `there is no output of type ${JSON.stringify(type)}`, {
      remedy: `Write ${[...outputTypes].join(", ")}.`,
    });
  }
  for (const [id, source] of Object.entries(secrets)) {
    if (typeof source === "object" && ("data" in source || "path" in source)) continue;
    throw new Failure("usage", `the secret ${JSON.stringify(id)} is neither { data } nor { path }`, {
      remedy: "Give its bytes as data, or the path of a file.",
    });
  }
}

const syntaxes: ReadonlySet<string> = new Set(["auto", "forward", "here"]);

const outputTypes: ReadonlySet<string> = new Set(["local", "tar", "oci", "docker", "image", "cacheonly"]);

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
