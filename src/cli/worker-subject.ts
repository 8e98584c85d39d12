import type { Gateway } from "../frontend/gateway.ts";
import { GatewayReader } from "../frontend/gateway-reader.ts";
import { gatewayResolver } from "../frontend/gateway-resolver.ts";
import { readDockerfile } from "../frontend/read-dockerfile.ts";
import { readWebDockerfile } from "../frontend/web-dockerfile.ts";
import type { ContextSite } from "../graph/context/context-build.ts";
import { dockerfileDefinition } from "../graph/context/dockerfile-source.ts";
import { loadMainContext } from "../graph/context/main-context.ts";
import { capSetOf } from "../llb/caps.ts";
import { defaultPlatform, formatPlatformFully } from "../platform.ts";
import {
  type CompileSubject,
  type DockerfileHere,
  localEnvironment,
  readDockerfileHere,
  type SubjectBase,
  subjectOptions,
} from "./compile-subject.ts";
import { registryResolver, workerResolver } from "./image-resolver.ts";
import type { Terminal } from "./terminal.ts";
import type { WorkerGateway } from "./worker-gateway.ts";

/**
 * What a worker knows, and what it can do, added to a command line: it resolves images and sources, reads remote
 * contexts, and its platform and capabilities count.
 */
export async function workerSubject(
  base: SubjectBase,
  { gateway, protocol }: WorkerGateway,
  { env, signal }: Pick<Terminal, "env" | "signal">,
): Promise<CompileSubject> {
  const { inputs, request } = base;
  const options = subjectOptions(base, protocol);
  const reader = new GatewayReader(gateway);
  const platform = gateway.build.workers[0]?.platforms[0] ?? defaultPlatform;
  const caps = capSetOf(enabledCaps(gateway, request.disabledCaps ?? []));
  const here = await readHere(base, gateway, signal);
  const site = { options: new Map(Object.entries(options.rawOptions)), sessionId: request.sessionId ?? "" };
  const { source, filename, ignoreFile } =
    here === undefined
      ? await readThere({ ...site, reader, caps, buildPlatform: platform }, reader, signal)
      : { ...here, filename: options.filename ?? "Dockerfile" };
  return {
    source,
    options: {
      ...options,
      filename,
      buildPlatform: formatPlatformFully(platform),
      resolver: workerResolver(gatewayResolver(gateway), registryResolver(inputs.ociLayouts, env)),
      signal,
    },
    environment: {
      ...localEnvironment(inputs, { source, ignoreFile }, reader),
      caps,
      localPlatform: platform,
    },
  };
}

/** What is at hand, or is downloaded from an address of its own; undefined for what lies in a remote context. */
async function readHere(
  { inputs }: SubjectBase,
  gateway: Gateway,
  signal: AbortSignal,
): Promise<DockerfileHere | undefined> {
  const { dockerfileUrl } = inputs;
  if (dockerfileUrl === undefined) return readDockerfileHere(inputs);
  return { source: await readWebDockerfile(gateway, dockerfileUrl, signal), ignoreFile: undefined };
}

/** The Dockerfile of a remote context, by the same steps as in a build. */
async function readThere(site: ContextSite, reader: GatewayReader, signal: AbortSignal) {
  const context = await loadMainContext(site, signal);
  const { filename } = context;
  const files = await readDockerfile(reader, dockerfileDefinition(site, context), filename, signal);
  const content = files.ignoreFile;
  return {
    source: files.source,
    filename,
    ignoreFile: content && { name: `${filename}.dockerignore`, content },
  };
}

function enabledCaps(gateway: Gateway, disabled: readonly string[]): readonly string[] {
  return [...gateway.build.llbCaps].filter((id) => !disabled.includes(id));
}
