export { type Diagnostic, DockerfileError } from "./diagnostic.ts";
export { Failure, type FailureCode } from "./failure.ts";
export type { BuildGraph, GraphVertex } from "./graph/build-graph.ts";
export type { Compilation, CompiledPlatform } from "./graph/compilation.ts";
export { compile } from "./graph/compile.ts";
export type {
  CompileOptions,
  ImageAnswer,
  ImageRequest,
  ResolvedImage,
  ResourceOptions,
  SourceMetadata,
  SourceResolver,
} from "./graph/compile-options.ts";
export type { Lookup } from "./graph/image-lookup.ts";
export type { OciHealthcheck, OciHistory, OciImage, OciImageConfig } from "./graph/oci-image.ts";
export type { Definition } from "./llb/definition.ts";
export type { Platform } from "./platform.ts";
export type { Position, Range } from "./range.ts";
