import { didYouMean } from "../../suggest.ts";
import type { SyntaxNode } from "../ast.ts";
import { type FlagValues, readFlags } from "../flag-values.ts";
import { goUpper } from "../go-case.ts";
import { parseDuration, parseInt32 } from "../go-number.ts";
import type { Healthcheck, HealthcheckInstruction } from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { instructionOf, needsArguments } from "./base.ts";

export function parseHealthcheck(node: SyntaxNode): HealthcheckInstruction | Problem {
  const [type] = node.args;
  if (type === undefined) return needsArguments("HEALTHCHECK", "CMD curl -f http://localhost/");
  const health = goUpper(type) === "NONE" ? none(node) : command(node, type);
  return "kind" in health ? health : instructionOf("healthcheck", node, { health });
}

const unset: Omit<Healthcheck, "test"> = {
  interval: 0n,
  timeout: 0n,
  startPeriod: 0n,
  startInterval: 0n,
  retries: 0,
};

/** NONE does not look at its flags. */
function none({ args }: SyntaxNode): Healthcheck | Problem {
  if (args.length > 1) return problem("argument-count", "HEALTHCHECK NONE takes no arguments", args[1]);
  return { ...unset, test: ["NONE"] };
}

const flagTable = { texts: ["interval", "timeout", "start-period", "start-interval", "retries"] };

function command({ args, json, flags: written }: SyntaxNode, type: string): Healthcheck | Problem {
  const flags = readFlags(written, flagTable, "HEALTHCHECK");
  if ("kind" in flags) return flags;
  if (goUpper(type) !== "CMD") {
    const hint = didYouMean(type, ["CMD", "NONE"], { caseSensitive: false });
    return problem("healthcheck-type", `HEALTHCHECK takes CMD <command> or NONE, not ${type}${hint}`, type);
  }
  if (args.length === 1) return problem("argument-count", "HEALTHCHECK CMD needs a command behind it", type);
  const interval = durationOf(flags, "interval");
  if (typeof interval !== "bigint") return interval;
  const timeout = durationOf(flags, "timeout");
  if (typeof timeout !== "bigint") return timeout;
  const startPeriod = durationOf(flags, "start-period");
  if (typeof startPeriod !== "bigint") return startPeriod;
  const startInterval = durationOf(flags, "start-interval");
  if (typeof startInterval !== "bigint") return startInterval;
  const retries = retriesOf(flags.text("retries"));
  if (typeof retries !== "number") return retries;
  const test = [json ? "CMD" : "CMD-SHELL", ...args.slice(1)];
  return { test, interval, timeout, startPeriod, startInterval, retries };
}

/** Zero stands for the default; anything shorter than a millisecond otherwise is an error. */
function durationOf(flags: FlagValues, name: string): bigint | Problem {
  const text = flags.text(name);
  if (text === "") return 0n;
  const duration = parseDuration(text);
  if (duration === undefined) {
    return problem("duration", `--${name}=${text} is no duration, such as 30s or 1m30s`, `--${name}=${text}`);
  }
  if (duration === 0n || duration >= 1_000_000n) return duration;
  return problem(
    "duration",
    `--${name}=${text} is shorter than a millisecond, which is the least`,
    `--${name}=${text}`,
  );
}

function retriesOf(text: string): number | Problem {
  if (text === "") return 0;
  const retries = parseInt32(text);
  if (retries !== undefined && retries >= 0) return retries;
  return problem("retries", `--retries=${text} is no count, such as 3`, `--retries=${text}`);
}
