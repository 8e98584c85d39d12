import type { GraphFormat } from "../../graph/render/graph-format.ts";
import type { BuildFlags } from "./build-flags.ts";
import type { ImageFlags } from "./image-flags.ts";

/** The flags of `llbc graph` as they were typed. */
export interface GraphFlags extends BuildFlags, ImageFlags {
  readonly format: GraphFormat | "svg" | "html";
}
