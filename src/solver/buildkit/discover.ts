import { homedir, platform } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment.ts";
import { errnoOf, errnoText } from "../../errno.ts";
import { Failure } from "../../failure.ts";
import { type Endpoint, parseAddress } from "./address.ts";
import { asEngine, contextEndpoint, currentContext, folderTls } from "./docker-context.ts";
import { probe } from "./probe.ts";

/** A place where a worker may be, and why it is looked for there. */
export interface Candidate {
  readonly endpoint: Endpoint;
  readonly origin: string;
}

/** A worker that answered. */
export interface Discovered extends Candidate {
  readonly protocol: "docker" | "buildkit";
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: string;
}

export interface DiscoverOptions {
  /** The only place to look at: anything that `parseAddress` reads, or `docker://` for the current Docker engine. */
  readonly addr?: string | undefined;
  /** For an address given as `tcp://`. */
  readonly tls?: Endpoint["tls"] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** By default the process's own. */
  readonly surroundings?: Surroundings | undefined;
}

/**
 * Finds the worker: the first candidate that answers.
 *
 * Rejects with a Failure: `worker-unreachable` names every place that was tried and what happened there; `usage` when
 * an address or a Docker context is wrong.
 */
export async function discover(options: DiscoverOptions = {}): Promise<Discovered> {
  const surroundings = options.surroundings ?? { env: environment(), home: homedir(), platform: platform() };
  const tried: string[] = [];
  for (const candidate of await candidates(options, surroundings)) {
    try {
      const protocol = await whoListens(candidate.endpoint, options.signal);
      return { origin: candidate.origin, endpoint: { ...candidate.endpoint, protocol }, protocol };
    } catch (error) {
      if (options.signal?.aborted === true) throw new Failure("cancelled", "cancelled", { cause: error });
      tried.push(`${candidate.endpoint.text} (${candidate.origin}): ${reason(error)}`);
    }
  }
  throw unreachable(tried, options.addr);
}

/**
 * Where to look, in order. An explicit choice (`addr`, BUILDKIT_HOST, DOCKER_HOST, a Docker context) is the only
 * candidate: falling through to another worker would build in a place that the user did not mean.
 */
export async function candidates(options: DiscoverOptions, surroundings: Surroundings): Promise<readonly Candidate[]> {
  const { addr, tls } = options;
  if (addr !== undefined && !/^docker:(\/\/)?$/.test(addr)) {
    return [{ endpoint: parseAddress(addr, tls), origin: "the given address" }];
  }
  const { env } = surroundings;
  if (addr === undefined && isSet(env.BUILDKIT_HOST)) {
    return [{ endpoint: parseAddress(env.BUILDKIT_HOST, tls), origin: "BUILDKIT_HOST" }];
  }
  const engine = await chosenEngine(surroundings);
  if (engine !== undefined) return [engine];
  const engines = dockerSockets(surroundings);
  return addr === undefined ? [...engines, ...buildkitSockets(surroundings)] : engines;
}

/** The order of Docker's own command line: DOCKER_HOST, DOCKER_CONTEXT, then the current context. */
async function chosenEngine(surroundings: Surroundings): Promise<Candidate | undefined> {
  const { env, home } = surroundings;
  const configFolder = isSet(env.DOCKER_CONFIG) ? env.DOCKER_CONFIG : join(home, ".docker");
  if (isSet(env.DOCKER_HOST)) {
    const endpoint = parseAddress(env.DOCKER_HOST, await environmentTls(surroundings, configFolder));
    return { endpoint: asEngine(endpoint), origin: "DOCKER_HOST" };
  }
  const name = isSet(env.DOCKER_CONTEXT) ? env.DOCKER_CONTEXT : await currentContext(configFolder);
  if (name === "default") return undefined;
  return { endpoint: await contextEndpoint(configFolder, name), origin: `the Docker context "${name}"` };
}

async function environmentTls({ env }: Surroundings, configFolder: string) {
  const verify = isSet(env.DOCKER_TLS_VERIFY);
  if (!verify && !isSet(env.DOCKER_TLS)) return undefined;
  const folder = isSet(env.DOCKER_CERT_PATH) ? env.DOCKER_CERT_PATH : configFolder;
  return (await folderTls(folder, !verify)) ?? { insecure: !verify };
}

function dockerSockets({ env, home, platform }: Surroundings): Candidate[] {
  if (platform === "win32") return [engineSocket("npipe:////./pipe/docker_engine", "the Docker engine's pipe")];
  const sockets = [engineSocket("unix:///var/run/docker.sock", "the Docker engine's socket")];
  if (isSet(env.XDG_RUNTIME_DIR)) {
    sockets.push(engineSocket(`unix://${env.XDG_RUNTIME_DIR}/docker.sock`, "the rootless Docker engine's socket"));
  }
  sockets.push(engineSocket(`unix://${home}/.docker/run/docker.sock`, "Docker Desktop's socket"));
  return sockets;
}

function buildkitSockets({ env, platform }: Surroundings): Candidate[] {
  if (platform === "win32") return [daemonSocket("npipe:////./pipe/buildkitd", "buildkitd's pipe")];
  const sockets = [daemonSocket("unix:///run/buildkit/buildkitd.sock", "buildkitd's socket")];
  if (isSet(env.XDG_RUNTIME_DIR)) {
    sockets.push(daemonSocket(`unix://${env.XDG_RUNTIME_DIR}/buildkit/buildkitd.sock`, "rootless buildkitd's socket"));
  }
  return sockets;
}

function engineSocket(text: string, origin: string): Candidate {
  return { endpoint: asEngine(parseAddress(text)), origin };
}

function daemonSocket(text: string, origin: string): Candidate {
  return { endpoint: parseAddress(text), origin };
}

async function whoListens(endpoint: Endpoint, signal: AbortSignal | undefined): Promise<"docker" | "buildkit"> {
  const found = await probe(endpoint, signal);
  if (endpoint.protocol === "docker" && found !== "docker") {
    throw new Error("what listens there is not a Docker engine");
  }
  return found;
}

function unreachable(tried: readonly string[], addr: string | undefined): Failure {
  const start = "Start Docker or buildkitd";
  return new Failure("worker-unreachable", `no BuildKit worker answers; tried:\n  ${tried.join("\n  ")}`, {
    remedy:
      addr === undefined
        ? `${start}, or say where one listens with --addr (unix://, tcp:// or docker://).`
        : `${start} there, check that you may read and write the socket, or give another --addr.`,
  });
}

function reason(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "no answer within 5 seconds";
  return errnoOf(error) === "ECONNREFUSED" ? "nobody listens" : errnoText(error);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
