import { common, content, control, gateway } from "./proto/gen/buildkit.js";
import { duplexStream, serverStream, unary } from "./service.ts";

/** moby.buildkit.v1.Control: the methods that we call on a worker. */
export const controlService = {
  solve: unary<control.SolveRequest.$Properties, control.SolveResponse>(
    "/moby.buildkit.v1.Control/Solve",
    control.SolveRequest,
    control.SolveResponse,
  ),
  status: serverStream<control.StatusRequest.$Properties, control.StatusResponse>(
    "/moby.buildkit.v1.Control/Status",
    control.StatusRequest,
    control.StatusResponse,
  ),
  session: duplexStream<common.BytesMessage.$Properties, common.BytesMessage>(
    "/moby.buildkit.v1.Control/Session",
    common.BytesMessage,
    common.BytesMessage,
  ),
  info: unary<control.InfoRequest.$Properties, control.InfoResponse>(
    "/moby.buildkit.v1.Control/Info",
    control.InfoRequest,
    control.InfoResponse,
  ),
  listWorkers: unary<control.ListWorkersRequest.$Properties, control.ListWorkersResponse>(
    "/moby.buildkit.v1.Control/ListWorkers",
    control.ListWorkersRequest,
    control.ListWorkersResponse,
  ),
  diskUsage: unary<control.DiskUsageRequest.$Properties, control.DiskUsageResponse>(
    "/moby.buildkit.v1.Control/DiskUsage",
    control.DiskUsageRequest,
    control.DiskUsageResponse,
  ),
  prune: serverStream<control.PruneRequest.$Properties, control.UsageRecord>(
    "/moby.buildkit.v1.Control/Prune",
    control.PruneRequest,
    control.UsageRecord,
  ),
  listenBuildHistory: serverStream<control.BuildHistoryRequest.$Properties, control.BuildHistoryEvent>(
    "/moby.buildkit.v1.Control/ListenBuildHistory",
    control.BuildHistoryRequest,
    control.BuildHistoryEvent,
  ),
  updateBuildHistory: unary<control.UpdateBuildHistoryRequest.$Properties, control.UpdateBuildHistoryResponse>(
    "/moby.buildkit.v1.Control/UpdateBuildHistory",
    control.UpdateBuildHistoryRequest,
    control.UpdateBuildHistoryResponse,
  ),
};

/** containerd.services.content.v1.Content of a worker, which has what its builds made: what we read of it. */
export const workerContentService = {
  read: serverStream<content.ReadContentRequest.$Properties, content.ReadContentResponse>(
    "/containerd.services.content.v1.Content/Read",
    content.ReadContentRequest,
    content.ReadContentResponse,
  ),
};

/** moby.buildkit.v1.frontend.LLBBridge: the methods that a frontend calls, on a worker or from inside a build. */
export const bridgeService = {
  ping: unary<gateway.PingRequest.$Properties, gateway.PongResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/Ping",
    gateway.PingRequest,
    gateway.PongResponse,
  ),
  resolveImageConfig: unary<gateway.ResolveImageConfigRequest.$Properties, gateway.ResolveImageConfigResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/ResolveImageConfig",
    gateway.ResolveImageConfigRequest,
    gateway.ResolveImageConfigResponse,
  ),
  resolveSourceMeta: unary<gateway.ResolveSourceMetaRequest.$Properties, gateway.ResolveSourceMetaResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/ResolveSourceMeta",
    gateway.ResolveSourceMetaRequest,
    gateway.ResolveSourceMetaResponse,
  ),
  solve: unary<gateway.SolveRequest.$Properties, gateway.SolveResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/Solve",
    gateway.SolveRequest,
    gateway.SolveResponse,
  ),
  evaluate: unary<gateway.EvaluateRequest.$Properties, gateway.EvaluateResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/Evaluate",
    gateway.EvaluateRequest,
    gateway.EvaluateResponse,
  ),
  readFile: unary<gateway.ReadFileRequest.$Properties, gateway.ReadFileResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/ReadFile",
    gateway.ReadFileRequest,
    gateway.ReadFileResponse,
  ),
  readDir: unary<gateway.ReadDirRequest.$Properties, gateway.ReadDirResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/ReadDir",
    gateway.ReadDirRequest,
    gateway.ReadDirResponse,
  ),
  statFile: unary<gateway.StatFileRequest.$Properties, gateway.StatFileResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/StatFile",
    gateway.StatFileRequest,
    gateway.StatFileResponse,
  ),
  inputs: unary<gateway.InputsRequest.$Properties, gateway.InputsResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/Inputs",
    gateway.InputsRequest,
    gateway.InputsResponse,
  ),
  warn: unary<gateway.WarnRequest.$Properties, gateway.WarnResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/Warn",
    gateway.WarnRequest,
    gateway.WarnResponse,
  ),
  return: unary<gateway.ReturnRequest.$Properties, gateway.ReturnResponse>(
    "/moby.buildkit.v1.frontend.LLBBridge/Return",
    gateway.ReturnRequest,
    gateway.ReturnResponse,
  ),
};
