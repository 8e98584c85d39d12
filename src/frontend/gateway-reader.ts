import { digestOf } from "../digest.ts";
import { Failure } from "../failure.ts";
import type { ContextReader, DownloadRequest, IgnoreFileRequest } from "../graph/context/context-build.ts";
import type { Gateway, GatewayRef } from "./gateway.ts";

/**
 * Reads contexts through the worker: it solves the definitions and reads their results. What several platforms ask for
 * is solved once.
 */
export class GatewayReader implements ContextReader {
  readonly #gateway: Gateway;
  readonly #solved = new Map<string, Promise<GatewayRef | undefined>>();
  #inputs: Promise<ReadonlyMap<string, Uint8Array>> | undefined;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** The result of a definition, a `pb.Definition` message; undefined for scratch. */
  solve(definition: Uint8Array, evaluate: boolean, signal: AbortSignal): Promise<GatewayRef | undefined> {
    const key = `${evaluate ? "evaluated" : "lazy"} ${digestOf(definition)}`;
    const known = this.#solved.get(key);
    if (known !== undefined) return known;
    const solved = this.#gateway.solve({ definition, evaluate }, signal).then((result) => result.ref);
    this.#solved.set(key, solved);
    return solved;
  }

  async ignoreFile({ kind, definition, signal }: IgnoreFileRequest): Promise<Uint8Array | undefined> {
    const ref = await this.solve(definition(), kind === "named", signal);
    return ref === undefined ? undefined : readOptional(ref, ".dockerignore", signal);
  }

  async download({ filename, length, definition, signal }: DownloadRequest): Promise<Uint8Array | undefined> {
    const ref = await this.solve(definition(), false, signal);
    return ref?.readFile(filename, { length }, signal);
  }

  inputs(signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>> {
    this.#inputs ??= this.#readInputs(signal);
    return this.#inputs;
  }

  async #readInputs(signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>> {
    if (!this.#gateway.build.gatewayCaps.has("frontend.inputs")) return new Map();
    const inputs = await this.#gateway.inputs(signal);
    for (const [name, definition] of inputs) {
      // It may stand for scratch, or for nothing at all: BuildKit's frontend takes neither.
      if (definition.length > 0) continue;
      throw new Failure(
        "definition-invalid",
        `invalid nil input definition to definition op: the input "${name}" is empty`,
      );
    }
    return inputs;
  }
}

/** A file that need not be there. A worker says only in words why it cannot be read, so any refusal counts as absence. */
export async function readOptional(
  ref: GatewayRef,
  path: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return await ref.readFile(path, {}, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure && error.code === "worker-unreachable") throw error;
    return undefined;
  }
}
