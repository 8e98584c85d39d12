import { digestOf } from "../digest.ts";
import { Failure } from "../failure.ts";
import type { Range } from "../range.ts";
import { sortedTexts } from "./byte-order.ts";
import { opProblem, outputCount } from "./check-op.ts";
import { bigintOf, decodeOp, textMapOf } from "./decode-op.ts";
import type { Definition, DefinitionLocation, DefinitionSource } from "./definition.ts";
import type { Op, OpInput } from "./op.ts";
import type { LinuxResources, OpMetadata } from "./op-metadata.ts";
import { pb } from "./proto/gen/llb.js";

/** A definition with its ops read: `ops[i]` is what `def[i]` says. */
export interface UnmarshalledDefinition extends Definition {
  readonly ops: readonly Op[];
}

/**
 * Reads a `pb.Definition` message, whoever wrote it, and verifies it: each op is well-formed and unique, its inputs are
 * earlier ops that have such an output (so that no op's bytes can have been changed), the head stands last and only
 * there. Digests are taken over the bytes as they came, so that fields which this version does not know do no harm.
 * The empty message is the empty definition.
 * @throws Failure `definition-invalid` with the reason
 */
export function unmarshal(bytes: Uint8Array): UnmarshalledDefinition {
  return unmarshalNested(bytes, 0);
}

/** A definition can hold, with a source text, the definition that loads it, and so on. Nobody nests deeper than one. */
const deepest = 16;

function unmarshalNested(bytes: Uint8Array, depth: number): UnmarshalledDefinition {
  if (depth > deepest) throw invalid("definitions are nested too deeply in it");
  const message = decodeMessage(bytes);
  const def = message.def ?? [];
  const ops: Op[] = [];
  const digests: string[] = [];
  const outputs = new Map<string, number>();
  for (const [index, op] of def.entries()) {
    const digest = digestOf(op);
    const place = `op ${index + 1} of ${def.length}`;
    if (outputs.has(digest)) throw invalid(`${place} is there twice`);
    const decoded = decodePlaced(op, place);
    if ((decoded.kind === "head") !== (index === def.length - 1)) throw misplaced(decoded, place);
    const problem = opProblem(decoded) ?? edgeProblem(decoded.inputs, outputs);
    if (problem !== undefined) throw invalid(`${place} ${problem}`);
    outputs.set(digest, outputCount(decoded));
    ops.push(decoded);
    digests.push(digest);
  }
  return { def, digests, ops, bytes, metadata: metadataOf(message), source: sourceOf(message, depth) };
}

function decodeMessage(bytes: Uint8Array): pb.Definition {
  try {
    return pb.Definition.decode(bytes);
  } catch (error) {
    throw invalid(`it is no LLB definition in protobuf form (${messageOf(error)})`);
  }
}

function decodePlaced(op: Uint8Array, place: string): Op {
  try {
    return decodeOp(op);
  } catch (error) {
    throw invalid(`${place} cannot be read: ${messageOf(error)}`);
  }
}

function misplaced(op: Op, place: string): Failure {
  if (op.kind !== "head") return invalid(`${place} is the last one, but not a head that points at the result`);
  return invalid(`${place} does nothing, or something that this version does not know`);
}

function edgeProblem(inputs: readonly OpInput[], outputs: ReadonlyMap<string, number>): string | undefined {
  for (const { digest, output } of inputs) {
    const count = outputs.get(digest);
    if (count === undefined) return `needs ${digest || "an op without digest"}, and no op before it has that digest`;
    if (output >= count) return `needs output ${output} of ${digest}, which has ${count}`;
  }
  return undefined;
}

function metadataOf(message: pb.Definition): ReadonlyMap<string, OpMetadata> {
  return new Map(Object.entries(message.metadata ?? {}).map(([digest, entry]) => [digest, opMetadataOf(entry)]));
}

function opMetadataOf(entry: pb.OpMetadata.$Properties): OpMetadata {
  const description = textMapOf(entry.description);
  const { progressGroup } = entry;
  return {
    description: description.size > 0 ? description : undefined,
    ignoreCache: entry.ignoreCache || undefined,
    exportCache: entry.exportCache ? (entry.exportCache.Value ?? false) : undefined,
    caps: sortedTexts(Object.keys(entry.caps ?? {})),
    progressGroup: progressGroup
      ? { id: progressGroup.id ?? "", name: progressGroup.name ?? "", weak: progressGroup.weak ?? false }
      : undefined,
    linuxResources: entry.linuxResources ? resourcesOf(entry.linuxResources) : undefined,
  };
}

function resourcesOf(resources: pb.LinuxResources.$Properties): LinuxResources {
  return {
    memory: bigintOf(resources.memory) || undefined,
    memorySwap: bigintOf(resources.memorySwap) || undefined,
    cpuShares: bigintOf(resources.cpuShares) || undefined,
    cpuPeriod: bigintOf(resources.cpuPeriod) || undefined,
    cpuQuota: bigintOf(resources.cpuQuota) || undefined,
    cpusetCpus: resources.cpusetCpus || undefined,
    cpusetMems: resources.cpusetMems || undefined,
  };
}

function sourceOf(message: pb.Definition, depth: number): DefinitionSource | undefined {
  if (!message.Source) return undefined;
  const infos = (message.Source.infos ?? []).map(({ filename, language, data, definition }) => ({
    filename: filename ?? "",
    language: language ?? "",
    data: data ?? new Uint8Array(),
    definition: definition ? unmarshalNested(definition, depth + 1) : undefined,
  }));
  const locations = new Map<string, DefinitionLocation[]>();
  for (const [digest, entry] of Object.entries(message.Source.locations ?? {})) {
    locations.set(digest, (entry.locations ?? []).map(locationOf));
  }
  for (const { sourceIndex } of [...locations.values()].flat()) {
    if (infos[sourceIndex] === undefined) throw invalid(`a place is in source text ${sourceIndex} of ${infos.length}`);
  }
  return { infos, locations };
}

function locationOf({ sourceIndex, ranges }: pb.Location.$Properties): DefinitionLocation {
  return { sourceIndex: sourceIndex ?? 0, ranges: (ranges ?? []).map(rangeOf) };
}

function rangeOf({ start, end }: pb.Range.$Properties): Range {
  return { start: positionOf(start), end: positionOf(end) };
}

function positionOf(position: pb.Position.$Properties | null | undefined): Range["start"] {
  return { line: position?.line ?? 0, character: position?.character ?? 0 };
}

function invalid(reason: string): Failure {
  return new Failure("definition-invalid", `The LLB definition cannot be used: ${reason}.`, {
    remedy: "Make it again: it may be damaged, cut off, or not an LLB definition at all.",
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
