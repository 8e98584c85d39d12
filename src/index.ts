export { type Diagnostic, DockerfileError } from "./diagnostic.ts";
export { Failure, type FailureCode, type FailureOptions, type FailureSource } from "./failure.ts";
export type { Analysis, AnalyzedVertex, EnoughWorkers, WorkerCount } from "./graph/analyses/analysis.ts";
export { type AnalyzeOptions, analyze } from "./graph/analyses/analyze.ts";
export type { Durations, PastVertex, VertexDuration, VertexKeys } from "./graph/analyses/durations.ts";
export { type FindingsOptions, findings } from "./graph/analyses/findings/find-findings.ts";
export type { Finding, FindingRule, Saving } from "./graph/analyses/findings/finding.ts";
export { findingDiagnostics } from "./graph/analyses/findings/finding-diagnostics.ts";
export { type BuildReport, type ReportOptions, reportOf } from "./graph/analyses/report.ts";
export { type AnalysisShape, type ReportShape, reportJson, reportShape } from "./graph/analyses/report-shape.ts";
export { type ReportTextOptions, reportText } from "./graph/analyses/report-text.ts";
export { type ResolveOptions, resolveDurations } from "./graph/analyses/resolve-durations.ts";
export { type Schedule, type ScheduledVertex, type SimulateOptions, simulate } from "./graph/analyses/simulate.ts";
export { vertexKeys } from "./graph/analyses/vertex-keys.ts";
export { type Change, type Outcome, whatIf } from "./graph/analyses/what-if.ts";
export type { BuildGraph, GraphVertex } from "./graph/build-graph.ts";
export type { CacheDep, CacheMap } from "./graph/cache-map/cache-map.ts";
export { cacheMapOf } from "./graph/cache-map/cache-map-of.ts";
export { type ContentDigestOptions, contentDigest } from "./graph/cache-map/content-digest.ts";
export type { ContentSelector } from "./graph/cache-map/content-selector.ts";
export { ContentTree, type TreeFile, type TreeRecord } from "./graph/cache-map/content-tree.ts";
export { type FileHeader, type FileKind, fileHash, headerDigest } from "./graph/cache-map/file-digest.ts";
export { type CaretStyle, diagnosticsText, failureText, plainCaretStyle } from "./graph/caret.ts";
export { check } from "./graph/check.ts";
export {
  type CheckError,
  type CheckReport,
  type CheckSource,
  type CheckWarning,
  checkJson,
  checkStatus,
} from "./graph/check-shape.ts";
export { checkText } from "./graph/check-text.ts";
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
export type { Cause, FileChange } from "./graph/explain/cause.ts";
export { type ExplainedVertex, type Explanation, explainBuild, predictBuild } from "./graph/explain/explain.ts";
export { type ExplainTextOptions, explainText } from "./graph/explain/explain-text.ts";
export type { ExplainedBuild } from "./graph/explain/explained-build.ts";
export type { KeptRecord } from "./graph/explain/kept-results.ts";
export type {
  BuildOutcome,
  BuildRecord,
  BuildSummary,
  RecordedDep,
  RecordedSteps,
  RecordedVertex,
  RecordedWorker,
  Trait,
  VertexState,
} from "./graph/history/build-record.ts";
export { type Manifest, type ManifestFile, treeOf } from "./graph/history/manifest.ts";
export { pastVertices, ranSchedule, recordDurations } from "./graph/history/past-vertices.ts";
export { recordGraph } from "./graph/history/record-graph.ts";
export type { RecordedAction, RecordedOp } from "./graph/history/recorded-op.ts";
export { imageKey, type Lookup } from "./graph/image-lookup.ts";
export type { InspectionLocation, InspectionRange } from "./graph/inspection-json.ts";
export type { OciHealthcheck, OciHistory, OciImage, OciImageConfig } from "./graph/oci-image.ts";
export { outline } from "./graph/outline.ts";
export {
  type Outline,
  type OutlineArg,
  type OutlineSecret,
  type OutlineSsh,
  outlineJson,
  outlineText,
} from "./graph/outline-shape.ts";
export { type ParsedSource, type Placed, type PlacedStage, parse } from "./graph/parse.ts";
export type { GraphFormat } from "./graph/render/graph-format.ts";
export { type GraphShape, graphShape, type VertexShape } from "./graph/render/json.ts";
export { renderGraph } from "./graph/render/render-graph.ts";
export { renderSvg } from "./graph/render/svg.ts";
export {
  type Target,
  type TargetList,
  type TargetsOptions,
  targets,
  targetsJson,
  targetsText,
} from "./graph/targets.ts";
export { type ExplainNextOptions, explainNext } from "./history/explain-next.ts";
export {
  addRecord,
  type History,
  type HistoryLimits,
  listRecords,
  readRecord,
  removeRecord,
} from "./history/history-store.ts";
export { type OpenHistoryOptions, openHistory } from "./history/open-history.ts";
export { plannedBuild } from "./history/planned-build.ts";
export { type RecordBuildOptions, recordBuild } from "./history/record-build.ts";
export { recordedDockerfile } from "./history/recorded-dockerfile.ts";
export type { Definition } from "./llb/definition.ts";
export type { Directive, Directives } from "./parser/dockerfile.ts";
export type * from "./parser/instruction.ts";
export type { Platform } from "./platform.ts";
export type { Position, Range } from "./range.ts";
export type { CredentialStore, Credentials } from "./registry/credentials.ts";
export type { RegistryConfig } from "./registry/endpoint.ts";
export {
  createRegistryResolver,
  type RegistryImage,
  type RegistryImageRequest,
  type RegistryResolver,
  type RegistryResolverOptions,
} from "./registry/image-resolver.ts";
export { buildMetadata, imageId } from "./solver/build-metadata.ts";
export type { Tls } from "./solver/buildkit/address.ts";
export type { Candidate, Discovered, DiscoveredBuilder, DiscoverOptions } from "./solver/buildkit/discover.ts";
export type { UsageFilter, UsageRecord } from "./solver/buildkit/disk-usage.ts";
export type { Listing } from "./solver/buildkit/filesync/listing.ts";
export type { PastBuild } from "./solver/buildkit/past-builds.ts";
export type { PruneOptions } from "./solver/buildkit/prune.ts";
export type { GcRule, WorkerDetails, WorkerPart } from "./solver/buildkit/worker-details.ts";
export type { Client, ClientSolveOptions, ConnectOptions } from "./solver/client.ts";
export type {
  CachedEvent,
  CompletedEvent,
  FailedEvent,
  LogEvent,
  NoteEvent,
  ProgressEvent,
  SolveEvent,
  SolveListener,
  StartedEvent,
  VertexEvent,
  WarningEvent,
  WorkerEvent,
  WorkerInfo,
} from "./solver/events.ts";
export { type FailedStep, StepFailure } from "./solver/failing-step.ts";
export type { ImageSize, LayerSize } from "./solver/image-sizes.ts";
export { ManyFailures } from "./solver/many-failures.ts";
export { connect, discover, solve } from "./solver/on-demand.ts";
export type { RunningSolve } from "./solver/running-solve.ts";
export type {
  ArchiveInput,
  CacheEntry,
  ContextInput,
  DockerfileInput,
  SecretSource,
  SolveOptions,
  SolveOutput,
  SolveResult,
  VertexTiming,
} from "./solver/solve-options.ts";
export {
  type AttrConstraint,
  parseSourcePolicy,
  type SourcePolicy,
  type SourceRule,
} from "./solver/source-policy.ts";
