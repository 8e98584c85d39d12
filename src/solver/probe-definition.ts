import { digestOf } from "../digest.ts";
import { pb } from "../llb/proto/gen/llb.js";

/** A definition that tells which of its steps a worker has in its cache, and runs none of its RUN steps. */
export interface ProbeDefinition {
  /** A `pb.Definition` message. */
  readonly bytes: Uint8Array;
  /** What the vertices of the definition that is asked about are called here: their digests by the digests here. */
  readonly steps: ReadonlyMap<string, ProbedStep>;
  /** The digest, here, of the vertex that is asked for; undefined for an empty definition. */
  readonly head: string | undefined;
}

export interface ProbedStep {
  readonly digest: string;
  readonly kind: "exec" | "file" | "other";
  /** Their digests here. */
  readonly inputs: readonly string[];
  /** Empty where the definition gives none. */
  readonly name: string;
}

/**
 * Makes of a definition one with the same cache keys in which no RUN step can start. A worker leaves the proxies of a
 * step out of its cache key, and gives them to the step's process as variables; a value with a zero byte is none that a
 * process can have, so that its container is refused before the step's command runs. What the cache has is found as ever.
 *
 * The bytes of ops stay as they are but for the digests of their inputs, and the proxies that are written after them:
 * protobuf reads messages that follow each other as one.
 */
export function probeDefinition(bytes: Uint8Array): ProbeDefinition {
  const { def, metadata } = pb.Definition.decode(bytes);
  const renamed = new Map<string, string>();
  const steps = new Map<string, ProbedStep>();
  const parts: Uint8Array[] = [];
  let head: string | undefined;
  for (const original of def) {
    const op = pb.Op.decode(original);
    const digest = digestOf(original);
    const inputs = op.inputs.map((input) => input.digest ?? "");
    const probed = withInputs(op.exec == null ? original : Buffer.concat([original, stopper]), inputs, renamed);
    const name = digestOf(probed);
    renamed.set(digest, name);
    head = isHead(op) ? renamed.get(inputs[0] ?? "") : name;
    const about = metadata[digest];
    const title = about?.description?.["llb.customname"] ?? "";
    if (!isHead(op)) {
      steps.set(name, {
        digest,
        kind: kindOf(op),
        inputs: inputs.map((input) => renamed.get(input) ?? input),
        name: title,
      });
    }
    parts.push(
      pb.Definition.encode({ def: [probed], ...(about === undefined ? {} : { metadata: { [name]: about } }) }).finish(),
    );
  }
  return { bytes: Buffer.concat(parts), steps, head };
}

/** Read by someone whose build met this one in the moment of its question: a worker joins equal steps of its builds. */
const reason = "another build was just asking, with --require-cache, whether this step is cached: build again";

const stopper = pb.Op.encode({ exec: { meta: { proxyEnv: { ftpProxy: `${reason}\0` } } } }).finish();

/** Digests are all of one length: they are written over. */
function withInputs(op: Uint8Array, inputs: readonly string[], renamed: ReadonlyMap<string, string>): Uint8Array {
  const changed = inputs.filter((input) => renamed.has(input) && renamed.get(input) !== input);
  if (changed.length === 0) return op;
  const bytes = Buffer.from(op);
  for (const input of new Set(changed)) {
    const name = Buffer.from(renamed.get(input) ?? input);
    for (let at = bytes.indexOf(input); at >= 0; at = bytes.indexOf(input, at + name.length)) name.copy(bytes, at);
  }
  return bytes;
}

/** The last op only names the one that is asked for. */
function isHead(op: pb.Op): boolean {
  return (
    op.exec == null && op.source == null && op.file == null && op.build == null && op.merge == null && op.diff == null
  );
}

function kindOf(op: pb.Op): ProbedStep["kind"] {
  if (op.exec != null) return "exec";
  return op.file == null ? "other" : "file";
}
