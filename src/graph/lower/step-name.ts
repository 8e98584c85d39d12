import type { Env } from "../../parser/env.ts";
import { type ExpandOptions, expandWord } from "../../parser/expand.ts";
import { formatPlatformFully, normalizePlatform, type Platform, PlatformError, parsePlatform } from "../../platform.ts";
import type { LowerContext, StageState } from "./state.ts";

/**
 * The name of a step for people: `[linux/arm64 build 2/5] RUN make`. `platform` is shown only in builds for several
 * platforms and followed by the target's where `env` names another one. The step is the one after `state.step`: an
 * instruction that makes a step hands on `step + 1`, however many names it took.
 */
export function stepName(
  context: Pick<LowerContext, "prefixPlatform" | "stageName" | "stepTotal" | "onBuild">,
  state: Pick<StageState, "step">,
  text: string,
  platform: Platform | undefined,
  env: Env,
): string {
  if (context.stepTotal === 0) return text;
  const total = String(context.stepTotal);
  const step = String(state.step + 1).padStart(total.length);
  const on = context.prefixPlatform && platform !== undefined ? `${platformText(platform, env)} ` : "";
  const stage = context.stageName === "" ? "" : `${context.stageName} `;
  return `[${on}${stage}${step}/${total}] ${context.onBuild ? "ONBUILD " : ""}${text}`;
}

/** The text of an instruction as step names show it: expanded, or as written if that fails, the keyword in capitals. */
export function instructionText(code: string, env: Env, options: ExpandOptions): string {
  const expanded = expandWord(code, env, options);
  return upperCaseKeyword("error" in expanded ? code : expanded.result);
}

function upperCaseKeyword(text: string): string {
  const space = text.indexOf(" ");
  return space < 0 ? upperCase(text) : upperCase(text.slice(0, space)) + text.slice(space);
}

/** Letter by letter, as Go does: a letter whose capital form is several letters stays. */
function upperCase(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text.toUpperCase();
  let upper = "";
  for (const character of text) {
    const capital = character.toUpperCase();
    upper += [...capital].length === 1 ? capital : character;
  }
  return upper;
}

function platformText(platform: Platform, env: Env): string {
  return formatPlatformFully(platform) + crossTarget(platform, env);
}

/** `->arm64` where the environment names another target than the platform that the step runs on. */
function crossTarget(platform: Platform, env: Env): string {
  const named = targetOf(env);
  if (named === undefined) return "";
  const target = normalizePlatform({
    ...named,
    os: named.os === "" ? platform.os : named.os,
    architecture: named.architecture === "" ? platform.architecture : named.architecture,
  });
  if (target.os !== platform.os) return `->${formatPlatformFully(target)}`;
  if (target.architecture === platform.architecture) return "";
  return `->${target.architecture}${target.variant === undefined ? "" : `/${target.variant}`}`;
}

/** The target that the TARGET… variables name; TARGETPLATFORM alone decides if it is well-formed. */
function targetOf(env: Env): Platform | undefined {
  let target: Platform | undefined;
  for (const key of env.keys()) {
    if (!key.startsWith("TARGET")) continue;
    const value = env.get(key) ?? "";
    const known: Platform = target ?? { os: "", architecture: "" };
    switch (key) {
      case "TARGETPLATFORM": {
        const platform = tryParse(value);
        if (platform !== undefined) return platform;
        break;
      }
      case "TARGETOS":
        target = { ...known, os: value };
        break;
      case "TARGETARCH":
        target = { ...known, architecture: value };
        break;
      case "TARGETVARIANT":
        target = { ...known, variant: value };
        break;
    }
  }
  return target;
}

function tryParse(text: string): Platform | undefined {
  try {
    return parsePlatform(text);
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
