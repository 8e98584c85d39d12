import type { SyntaxLine } from "../graph/syntax-line.ts";
import type { FrontendResult, Gateway } from "./gateway.ts";

/** Has the worker run the frontend that a syntax line names, with the options and inputs of this build. */
export async function forwardBuild(
  gateway: Gateway,
  { image, commandLine }: SyntaxLine,
  signal: AbortSignal,
): Promise<FrontendResult> {
  const { options, gatewayCaps } = gateway.build;
  const frontendInputs = gatewayCaps.has("frontend.inputs") ? await gateway.inputs(signal) : undefined;
  const frontendOptions = new Map([...options, ["cmdline", commandLine], ["source", image]]);
  const result = await gateway.solve({ frontend: "gateway.v0", frontendOptions, frontendInputs }, signal);
  const { ref, refs, metadata } = result;
  return refs.size === 0 ? { ref, metadata } : { refs, metadata };
}
