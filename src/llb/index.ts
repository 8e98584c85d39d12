export { type CapSet, capSetOf, capSetWithout, fullCapSet, llbCaps } from "./caps.ts";
export type { Definition, DefinitionLocation, DefinitionSource, SourceInfo } from "./definition.ts";
export { type DumpFormat, definitionJson, dump } from "./dump.ts";
export { edgeOf } from "./edge-of.ts";
export { outputOfMount } from "./exec-op.ts";
export {
  emptyDefinition,
  type MarshalledOp,
  type MarshalOptions,
  type MarshalResult,
  marshal,
} from "./marshal.ts";
export { MarshalError, type MarshalProblem } from "./marshal-error.ts";
export type * from "./op.ts";
export { type Json, opJson } from "./op-json.ts";
export type { LinuxResources, OpMetadata, ProgressGroup } from "./op-metadata.ts";
export { type UnmarshalledDefinition, unmarshal } from "./unmarshal.ts";
export type * from "./vertex.ts";
