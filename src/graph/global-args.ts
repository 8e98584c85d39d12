import { type ExpandOptions, expandWord } from "../parser/expand.ts";
import type { ArgInstruction } from "../parser/instruction.ts";
import { formatPlatform, formatPlatformFully, type Platform } from "../platform.ts";
import { EnvList } from "./env-list.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import type { GlobalArgument } from "./outline-stage.ts";

/** The arguments that every build knows: the platforms of worker and target, and the stage that is built. */
export function predefinedArgs(
  buildPlatform: Platform,
  targetPlatform: Platform,
  targetName: string,
  buildArgs: ReadonlyMap<string, string>,
): EnvList {
  const predefined: readonly (readonly [string, string])[] = [
    ["BUILDPLATFORM", formatPlatform(buildPlatform)],
    ["BUILDOS", buildPlatform.os],
    ["BUILDOSVERSION", buildPlatform.osVersion ?? ""],
    ["BUILDARCH", buildPlatform.architecture],
    ["BUILDVARIANT", buildPlatform.variant ?? ""],
    ["TARGETPLATFORM", formatPlatformFully(targetPlatform)],
    ["TARGETOS", targetPlatform.os],
    ["TARGETOSVERSION", targetPlatform.osVersion ?? ""],
    ["TARGETARCH", targetPlatform.architecture],
    ["TARGETVARIANT", targetPlatform.variant ?? ""],
    ["TARGETSTAGE", targetName === "" ? "default" : targetName],
  ];
  let env = EnvList.empty;
  for (const [key, value] of predefined) env = env.set(key, buildArgs.get(key) ?? value);
  return env;
}

export interface GlobalArgs {
  readonly env: EnvList;
  /** The ARGs before the first FROM, for the outline and for what is declared without a value. */
  readonly declared: ReadonlyMap<string, GlobalArgument>;
}

/**
 * The predefined arguments and the ARGs before the first FROM, each value expanded with those before it; values given
 * from outside win and are not expanded.
 * @throws InvalidDockerfile at the ARG whose default cannot be expanded.
 */
export function globalArgs(
  predefined: EnvList,
  instructions: readonly ArgInstruction[],
  buildArgs: ReadonlyMap<string, string>,
  options: ExpandOptions,
): GlobalArgs {
  let env = predefined;
  const declared = new Map<string, GlobalArgument>();
  for (const { args, lines } of instructions) {
    for (const { key, value: written, docComment } of args) {
      let value = buildArgs.get(key);
      let uses: ReadonlySet<string> | undefined;
      if (value === undefined && written !== undefined) {
        const expanded = expandWord(written, env, options);
        if ("error" in expanded) throw new InvalidDockerfile("invalid-expansion", expanded.error, { lines });
        value = expanded.result;
        uses = usesOf(expanded.matched, key, declared);
      }
      if (value !== undefined) env = env.set(key, value);
      declared.set(key, { name: key, value: value ?? "", description: docComment, lines, uses });
    }
  }
  return { env, declared };
}

/** What a value takes; an argument that takes its own earlier value takes what that one took. */
function usesOf(
  matched: ReadonlySet<string>,
  key: string,
  declared: ReadonlyMap<string, GlobalArgument>,
): ReadonlySet<string> {
  if (!matched.has(key)) return matched;
  const uses = new Set([...matched, ...(declared.get(key)?.uses ?? [])]);
  uses.delete(key);
  return uses;
}
