import type { Edge } from "../../llb/vertex.ts";
import type { Platform } from "../../platform.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";

/** A context that the options give for a name, not loaded yet. */
export interface NamedContext {
  /** The name in its short form, without `:latest`. */
  readonly name: string;
  /** The key that was found: the name, or `name::platform`. */
  readonly key: string;
  /** As BuildKit takes it: `docker-image://…`, `local:name`, … */
  readonly value: string;
  readonly platform: Platform | undefined;
}

export interface NamedContextUse {
  /** Absent: not said, which is the default. */
  readonly resolveMode: string | undefined;
  /** What is read of a local folder, known when all stages are lowered: see `followPathsOf`. */
  readonly followPaths: () => readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** What a named context stands for. */
export interface LoadedContext {
  /** Undefined for scratch. */
  readonly root: Edge | undefined;
  /**
   * For images and for inputs that bring one: the config, whose variables, folder and platform the state takes on.
   * `digest` is empty where none is known.
   */
  readonly image: { readonly config: object | Uint8Array; readonly digest: string } | undefined;
}

/** An error about the value of a named context: it belongs to the FROM or COPY that asks for it. */
export function invalidContext(message: string): InvalidDockerfile {
  return new InvalidDockerfile("context-value", message);
}
