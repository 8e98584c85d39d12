import type { BuildFlags } from "./build-flags.ts";
import type { ImageFlags } from "./image-flags.ts";

export const compileFormats = ["pb", "json", "text"] as const;

/** The flags of `llbc compile` as they were typed. */
export interface CompileFlags extends BuildFlags, ImageFlags {
  readonly sessionId?: string;
  readonly disableCap: readonly string[];
  readonly format: (typeof compileFormats)[number];
  readonly output?: string;
  readonly imageConfig?: string;
}
