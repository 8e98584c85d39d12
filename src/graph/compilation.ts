import type { Diagnostic } from "../diagnostic.ts";
import type { Definition } from "../llb/definition.ts";
import type { BuildGraph } from "./build-graph.ts";
import type { Lookup } from "./image-lookup.ts";
import type { OciImage } from "./oci-image.ts";

/** What a Dockerfile compiles to. */
export interface Compilation {
  /** One result for each target platform, by name in byte order; a platform that is asked for twice has one. */
  readonly platforms: readonly CompiledPlatform[];
  /** All platforms together: vertices that are equal are one. */
  readonly graph: BuildGraph;
  /** Warnings; with several platforms, those of the first. */
  readonly diagnostics: readonly Diagnostic[];
  /** What was asked about images, in byte order, without repeats. */
  readonly lookups: readonly Lookup[];
  /** What tags stood for, as far as that was asked: digests of images by `imageKey`. */
  readonly imageDigests: ReadonlyMap<string, string>;
  /** What the frontend returns besides definitions and configs. */
  readonly resultMetadata: Readonly<Record<string, string>>;
}

/** What the Dockerfile is on one platform: the definition that a worker solves and the config of the image. */
export interface CompiledPlatform {
  /** The name of the result: `linux/arm64`. */
  readonly platform: string;
  readonly definition: Definition;
  /** `imageJSON`, parsed. */
  readonly image: OciImage;
  /** The image config, byte for byte as BuildKit's frontend writes it. */
  readonly imageJSON: Uint8Array;
  /** The config of the base image, as the frontend hands it on; absent for scratch. */
  readonly baseImageJSON?: Uint8Array | undefined;
  /** SOURCE_DATE_EPOCH: seconds since 1970. */
  readonly epoch?: number;
  /** What an SBOM of the result is to cover besides the result. */
  readonly scan: ScanDefinitions;
}

/** See BUILDKIT_SBOM_SCAN_CONTEXT and BUILDKIT_SBOM_SCAN_STAGE in BuildKit's reference of the Dockerfile. */
export interface ScanDefinitions {
  /** By name: `context` for the main context, else names of stages. */
  readonly extras: ReadonlyMap<string, Definition>;
  /** Whether anything that is covered is built without cache. */
  readonly ignoreCache: boolean;
}
