import { common, content, health, session } from "./proto/gen/buildkit.js";
import { duplexStream, rawBytes, serverStream, unary } from "./service.ts";

/**
 * The services that a worker calls on us. Requests are read (every field is there), responses are written.
 * DiffCopy carries `fsutil.Packet`s, encoded and decoded by its handlers: FileSend's carries `common.BytesMessage`s
 * instead when the exporter is tar-like.
 */
export const fileSyncService = {
  DiffCopy: duplexStream("/moby.filesync.v1.FileSync/DiffCopy", rawBytes, rawBytes),
};

export const fileSendService = {
  DiffCopy: duplexStream("/moby.filesync.v1.FileSend/DiffCopy", rawBytes, rawBytes),
};

export const authService = {
  Credentials: unary<session.CredentialsRequest, session.CredentialsResponse.$Properties>(
    "/moby.filesync.v1.Auth/Credentials",
    session.CredentialsRequest,
    session.CredentialsResponse,
  ),
  FetchToken: unary<session.FetchTokenRequest, session.FetchTokenResponse.$Properties>(
    "/moby.filesync.v1.Auth/FetchToken",
    session.FetchTokenRequest,
    session.FetchTokenResponse,
  ),
  GetTokenAuthority: unary<session.GetTokenAuthorityRequest, session.GetTokenAuthorityResponse.$Properties>(
    "/moby.filesync.v1.Auth/GetTokenAuthority",
    session.GetTokenAuthorityRequest,
    session.GetTokenAuthorityResponse,
  ),
  VerifyTokenAuthority: unary<session.VerifyTokenAuthorityRequest, session.VerifyTokenAuthorityResponse.$Properties>(
    "/moby.filesync.v1.Auth/VerifyTokenAuthority",
    session.VerifyTokenAuthorityRequest,
    session.VerifyTokenAuthorityResponse,
  ),
};

export const secretsService = {
  GetSecret: unary<session.GetSecretRequest, session.GetSecretResponse.$Properties>(
    "/moby.buildkit.secrets.v1.Secrets/GetSecret",
    session.GetSecretRequest,
    session.GetSecretResponse,
  ),
};

export const sshService = {
  CheckAgent: unary<session.CheckAgentRequest, session.CheckAgentResponse.$Properties>(
    "/moby.sshforward.v1.SSH/CheckAgent",
    session.CheckAgentRequest,
    session.CheckAgentResponse,
  ),
  ForwardAgent: duplexStream<common.BytesMessage, common.BytesMessage.$Properties>(
    "/moby.sshforward.v1.SSH/ForwardAgent",
    common.BytesMessage,
    common.BytesMessage,
  ),
};

export const uploadService = {
  Pull: duplexStream<common.BytesMessage, common.BytesMessage.$Properties>(
    "/moby.upload.v1.Upload/Pull",
    common.BytesMessage,
    common.BytesMessage,
  ),
};

export const healthService = {
  Check: unary<health.HealthCheckRequest, health.HealthCheckResponse.$Properties>(
    "/grpc.health.v1.Health/Check",
    health.HealthCheckRequest,
    health.HealthCheckResponse,
  ),
};

export const contentService = {
  Info: unary<content.InfoRequest, content.InfoResponse.$Properties>(
    "/containerd.services.content.v1.Content/Info",
    content.InfoRequest,
    content.InfoResponse,
  ),
  Read: serverStream<content.ReadContentRequest, content.ReadContentResponse.$Properties>(
    "/containerd.services.content.v1.Content/Read",
    content.ReadContentRequest,
    content.ReadContentResponse,
  ),
  Write: duplexStream<content.WriteContentRequest, content.WriteContentResponse.$Properties>(
    "/containerd.services.content.v1.Content/Write",
    content.WriteContentRequest,
    content.WriteContentResponse,
  ),
  Abort: unary<content.AbortRequest, content.Empty.$Properties>(
    "/containerd.services.content.v1.Content/Abort",
    content.AbortRequest,
    content.Empty,
  ),
};
