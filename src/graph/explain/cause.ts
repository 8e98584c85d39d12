/** Why a vertex runs, in the terms of whoever wrote the Dockerfile. */
export type Cause =
  /** Nothing like it was built before. */
  | { readonly kind: "new" }
  /** It was to run again in any case: `--no-cache`, or `ADD` of what must be asked for. */
  | { readonly kind: "no-cache" }
  /** The text of the instruction, as it was and as it is. */
  | { readonly kind: "instruction"; readonly before: string; readonly after: string }
  /** A build argument was given another value, was not given before, or is not given any more. */
  | { readonly kind: "build-arg"; readonly name: string }
  /** A variable has another value without an argument having been given: by ENV, by the default of ARG, by the base. */
  | { readonly kind: "variable"; readonly name: string; readonly change: "added" | "removed" | "changed" }
  /** A base image, or another source that is fixed by what it holds. */
  | { readonly kind: "source"; readonly before: string; readonly after: string }
  | { readonly kind: "platform"; readonly before: string; readonly after: string }
  /** Another property, such as `user`, `working directory` or a mount. */
  | { readonly kind: "property"; readonly name: string }
  | { readonly kind: "files"; readonly files: readonly FileChange[] }
  /** Files of which it is not known which: the folder was too large to be recorded. */
  | { readonly kind: "unknown-files" }
  /** A step that it builds on or copies from runs again. */
  | { readonly kind: "input"; readonly digest: string; readonly name: string }
  /** It builds on or copies from another step than before, which does not run again: one was moved or taken out. */
  | { readonly kind: "order"; readonly digest: string; readonly name: string }
  | { readonly kind: "worker"; readonly before: string; readonly after: string }
  /** Nothing that is recorded has changed: the worker has removed its result, or never kept one. */
  | { readonly kind: "pruned" };

/** How a file of a local context differs from the one of the build before. */
export interface FileChange {
  /** Relative to the folder. */
  readonly path: string;
  readonly change: "added" | "removed" | "content" | "mode" | "content and mode" | "kind" | "target";
}
