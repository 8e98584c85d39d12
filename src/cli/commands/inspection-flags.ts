import type { DockerfileFlags } from "./build-flags.ts";
import type { ImageFlags } from "./image-flags.ts";

/** The flags of `llbc check` as they were typed. */
export interface CheckFlags extends DockerfileFlags, ImageFlags {
  readonly check?: string;
  readonly format: InspectionFormat;
  readonly ignoreStatus?: true;
}

/** The flags of `llbc outline` as they were typed. */
export interface OutlineFlags extends DockerfileFlags, ImageFlags {
  readonly format: InspectionFormat;
}

/** The flags of `llbc targets` as they were typed. */
export interface TargetsFlags extends Omit<ImageFlags, "images"> {
  readonly file?: string;
  readonly format: InspectionFormat;
}

export const inspectionFormats = ["text", "json"] as const;

/** How what is found out about a Dockerfile is printed; JSON in the shapes of BuildKit. */
export type InspectionFormat = (typeof inspectionFormats)[number];
