import { Failure, type FailureSource } from "../failure.ts";
import type { SyntaxLine } from "../graph/syntax-line.ts";
import { lineRange } from "../range.ts";
import type { FrontendResult, Gateway } from "./gateway.ts";

/**
 * Has the worker run the frontend that a syntax line names, with the options and inputs of this build. A failure that
 * says nothing about where it comes from is about that line; `source` is the Dockerfile.
 */
export async function forwardBuild(
  gateway: Gateway,
  syntax: SyntaxLine,
  source: Omit<FailureSource, "ranges">,
  signal: AbortSignal,
): Promise<FrontendResult> {
  try {
    return await forward(gateway, syntax, signal);
  } catch (error) {
    throw aboutSyntax(error, syntax, source);
  }
}

function aboutSyntax(
  error: unknown,
  { lines, commandLine }: SyntaxLine,
  source: Omit<FailureSource, "ranges">,
): unknown {
  if (!(error instanceof Failure) || error.source !== undefined || error.code === "cancelled") return error;
  const { code, message, remedy, cause } = error;
  const options = { cause, ...(remedy === undefined ? {} : { remedy }) };
  if (lines.length === 0) return new Failure(code, `BUILDKIT_SYNTAX=${commandLine}: ${message}`, options);
  return new Failure(code, message, { ...options, source: { ...source, ranges: lines.map(lineRange) } });
}

async function forward(
  gateway: Gateway,
  { image, commandLine }: SyntaxLine,
  signal: AbortSignal,
): Promise<FrontendResult> {
  const { options, gatewayCaps } = gateway.build;
  const frontendInputs = gatewayCaps.has("frontend.inputs") ? await gateway.inputs(signal) : undefined;
  const frontendOptions = new Map([...withoutShadows(options), ["cmdline", commandLine], ["source", image]]);
  const result = await gateway.solve({ frontend: "gateway.v0", frontendOptions, frontendInputs }, signal);
  const { ref, refs, metadata, attestations } = result;
  const rest = { metadata, ...(attestations === undefined ? {} : { attestations }) };
  return refs.size === 0 ? { ref, ...rest } : { refs, ...rest };
}

/** The options in which build arguments that stand for an option are in its place, as BuildKit's frontend has them. */
function withoutShadows(options: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const placed = new Map(options);
  for (const [argument, option] of [
    ["build-arg:BUILDKIT_MULTI_PLATFORM", "multi-platform"],
    ["build-arg:BUILDKIT_SANDBOX_HOSTNAME", "hostname"],
  ] as const) {
    const value = options.get(argument) ?? "";
    if (value !== "") placed.set(option, value);
  }
  return placed;
}
