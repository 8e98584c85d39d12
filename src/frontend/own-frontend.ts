import { Failure } from "../failure.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { SyntaxLine } from "../graph/syntax-line.ts";
import { definitionHead } from "../llb/definition-head.ts";
import type { Attestation, Gateway, GatewayRef, GatewayResult } from "./gateway.ts";

/**
 * Has the worker's own frontend compile the Dockerfile of this build, too. Of results of a frontend that it ran itself a
 * worker says in the provenance who made them, and from what; of definitions that come from outside it does not.
 *
 * Undefined where the worker's frontend cannot: it may be older than the Dockerfile, or turned off. Rejects with the
 * reason of the signal.
 */
export async function askOwnFrontend(
  gateway: Gateway,
  syntax: SyntaxLine | undefined,
  signal: AbortSignal,
): Promise<GatewayResult | undefined> {
  const { options } = gateway.build;
  // A frontend that was started by a syntax line does not look for another.
  const frontendOptions = syntax === undefined ? options : new Map([...options, ["cmdline", syntax.commandLine]]);
  try {
    return await gateway.solve({ frontend: "dockerfile.v0", frontendOptions }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Results that stand for those of a compilation, in the order of its platforms. */
export interface StandIns {
  readonly refs: readonly (GatewayRef | undefined)[];
  readonly attestations: ReadonlyMap<string, readonly Attestation[]> | undefined;
}

/** The results of the worker's frontend, if it came to the very same definitions; undefined if not. */
export function standInsFor(
  { platforms }: Compilation,
  result: GatewayResult,
  multiPlatform: boolean,
): StandIns | undefined {
  const refs = platforms.map(({ platform }) => (multiPlatform ? result.refs.get(platform) : result.ref));
  const isSame = platforms.every(({ definition }, index) => isResultOf(refs[index], definition.def.at(-1)));
  return isSame ? { refs, attestations: result.attestations } : undefined;
}

/** Each op names its inputs by digest, so the last one tells of all. */
function isResultOf(ref: GatewayRef | undefined, head: Uint8Array | undefined): boolean {
  if (ref === undefined || head === undefined) return ref === undefined && head === undefined;
  const theirs = ref.definition === undefined ? undefined : definitionHead(ref.definition);
  return theirs !== undefined && Buffer.compare(theirs, head) === 0;
}
