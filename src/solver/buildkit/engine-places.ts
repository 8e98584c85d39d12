import { type Endpoint, parseAddress } from "./address.ts";
import { asEngine, contextEndpoint, currentContext, folderTls } from "./docker-context.ts";
import { dockerFolder, isSet, type Surroundings } from "./surroundings.ts";

/** A place where a worker may be, and why it is looked for there. */
export interface Candidate {
  readonly endpoint: Endpoint;
  readonly origin: string;
}

/**
 * Where the engine is that Docker's own command line would use: DOCKER_HOST, DOCKER_CONTEXT, the current context, or
 * else the usual sockets, in the order in which they are to be tried.
 */
export async function enginePlaces(surroundings: Surroundings): Promise<readonly Candidate[]> {
  const chosen = await chosenEngine(surroundings);
  return chosen === undefined ? dockerSockets(surroundings) : [chosen];
}

/** The engine that was chosen by the environment or a context; undefined where nothing says which. */
export async function chosenEngine(surroundings: Surroundings): Promise<Candidate | undefined> {
  const { env } = surroundings;
  if (isSet(env.DOCKER_HOST))
    return { endpoint: await hostEngine(env.DOCKER_HOST, surroundings), origin: "DOCKER_HOST" };
  const name = await contextName(surroundings);
  if (name === "default") return undefined;
  const endpoint = await contextEndpoint(dockerFolder(surroundings), name);
  return { endpoint, origin: `the Docker context "${name}"` };
}

/** The name of the current Docker context: DOCKER_HOST stands for `default`. */
export async function contextName(surroundings: Surroundings): Promise<string> {
  const { env } = surroundings;
  if (isSet(env.DOCKER_HOST)) return "default";
  return isSet(env.DOCKER_CONTEXT) ? env.DOCKER_CONTEXT : currentContext(dockerFolder(surroundings));
}

/** The usual sockets of an engine, rootless and desktop ones too. */
export function dockerSockets({ env, home, platform }: Surroundings): readonly Candidate[] {
  if (platform === "win32") return [engineSocket("npipe:////./pipe/docker_engine", "the Docker engine's pipe")];
  const sockets = [engineSocket("unix:///var/run/docker.sock", "the Docker engine's socket")];
  if (isSet(env.XDG_RUNTIME_DIR)) {
    sockets.push(engineSocket(`unix://${env.XDG_RUNTIME_DIR}/docker.sock`, "the rootless Docker engine's socket"));
  }
  sockets.push(engineSocket(`unix://${home}/.docker/run/docker.sock`, "Docker Desktop's socket"));
  return sockets;
}

/** An engine by its address, with the certificates that the environment names for engines. */
export async function hostEngine(address: string, surroundings: Surroundings): Promise<Endpoint> {
  return asEngine(parseAddress(address, await environmentTls(surroundings)));
}

async function environmentTls(surroundings: Surroundings) {
  const { env } = surroundings;
  const verify = isSet(env.DOCKER_TLS_VERIFY);
  if (!verify && !isSet(env.DOCKER_TLS)) return undefined;
  const folder = isSet(env.DOCKER_CERT_PATH) ? env.DOCKER_CERT_PATH : dockerFolder(surroundings);
  return (await folderTls(folder, !verify)) ?? { insecure: !verify };
}

function engineSocket(text: string, origin: string): Candidate {
  return { endpoint: asEngine(parseAddress(text)), origin };
}
