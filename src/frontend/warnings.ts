import type { Diagnostic } from "../diagnostic.ts";
import { lintRuleNamed } from "../graph/lint/rules.ts";
import type { Definition } from "../llb/definition.ts";
import type { Gateway, GatewayWarningSource } from "./gateway.ts";

/**
 * Shows warnings under the vertex that loads the Dockerfile, one after the other so that their order stays. A worker
 * that refuses one loses it: warnings never fail a build.
 */
export async function sendWarnings(
  gateway: Gateway,
  warnings: readonly Diagnostic[],
  source: GatewayWarningSource,
  definition: Definition,
  signal: AbortSignal,
): Promise<void> {
  if (!gateway.build.gatewayCaps.has("gateway.warnings")) return;
  // The last op is the head, which only points at the one before it.
  const digest = definition.digests.at(-2) ?? "";
  for (const { rule, message, lines, url = "" } of warnings) {
    const short = `${rule}: ${message}${lines[0] === undefined ? "" : ` (line ${lines[0]})`}`;
    const detail = [lintRuleNamed(rule)?.description ?? ""];
    const ranges = lines.map((line) => ({ start: { line, character: 0 }, end: { line, character: 0 } }));
    try {
      await gateway.warn({ digest, level: 1, short, detail, url, source, ranges }, signal);
    } catch {
      signal.throwIfAborted();
    }
  }
}
