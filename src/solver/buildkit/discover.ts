import { errnoOf, errnoText } from "../../errno.ts";
import { Failure } from "../../failure.ts";
import { type Platform, PlatformError, parsePlatform } from "../../platform.ts";
import { type Endpoint, parseAddress } from "./address.ts";
import type { Builder, BuilderNode } from "./builder/builder.ts";
import { currentBuilder, namedBuilder } from "./builder/builder-store.ts";
import { nodesMadeFor } from "./builder/choose-nodes.ts";
import { containerPlaces, nodePlaces } from "./builder/node-places.ts";
import { probeContainer } from "./container-probe.ts";
import { type Candidate, chosenEngine, contextName, dockerSockets } from "./engine-places.ts";
import { patience, probe } from "./probe.ts";
import { isSet, processSurroundings, type Surroundings } from "./surroundings.ts";

export type { Candidate } from "./engine-places.ts";
export type { Surroundings } from "./surroundings.ts";

/** A worker that answered. */
export interface Discovered extends Candidate {
  readonly protocol: "docker" | "buildkit";
  /** What docker buildx calls it; a worker that was found without buildx is a builder of its Docker context. */
  readonly builder: DiscoveredBuilder;
}

/** A builder of docker buildx, or what buildx would call a Docker context, by which a worker was found. */
export interface DiscoveredBuilder {
  readonly name: string;
  readonly node: string;
  readonly driver: string;
  /** Its builds are loaded into the Docker engine unless they say where else they go. */
  readonly defaultLoad: boolean;
}

/** Where a worker is looked for. */
export interface DiscoverOptions {
  /** The only place to look at: an address as `SolveOptions.addr` has it. */
  readonly addr?: string | undefined;
  /** A builder of docker buildx, or a Docker context, by name; `addr` wins over it. */
  readonly builder?: string | undefined;
  /** What is to be built for: where a builder has several nodes, one that was made for them is taken. */
  readonly platforms?: readonly string[] | undefined;
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
 * an address, a builder or a Docker context is wrong.
 */
export async function discover(options: DiscoverOptions = {}): Promise<Discovered> {
  const surroundings = options.surroundings ?? processSurroundings();
  const builder = await chosenBuilder(options, surroundings);
  if (builder !== undefined) return discoverNode(builder, preferredNode(builder, options.platforms), options);
  return discoverPlace(options);
}

/** The same where no builder of docker buildx was chosen. */
export async function discoverPlace(options: Omit<DiscoverOptions, "builder">): Promise<Discovered> {
  const surroundings = options.surroundings ?? processSurroundings();
  const name = options.addr === undefined ? await contextName(surroundings).catch(() => "default") : "default";
  const found = await firstAnswering(await places(options, surroundings), options);
  return { ...found, builder: { name, node: name, driver: driverOf(found), defaultLoad: false } };
}

/** The worker of one node of a builder; rejects as `discover` does. */
export async function discoverNode(
  builder: Builder,
  node: BuilderNode,
  options: Pick<DiscoverOptions, "signal" | "surroundings">,
): Promise<Discovered> {
  const found = await firstAnswering(
    await nodePlaces(builder, node, options.surroundings ?? processSurroundings()),
    options,
  );
  const defaultLoad = /^(1|t|true)$/i.test(node.options.get("default-load") ?? "");
  return { ...found, builder: { name: builder.name, node: node.name, driver: builder.driver, defaultLoad } };
}

/**
 * The builder of docker buildx that is to build: the one that is named, by the option or by BUILDX_BUILDER, or else the
 * current one where nothing else names a worker. Rejects with a Failure `usage` for a name that there is not.
 */
export async function chosenBuilder(
  { addr, builder }: DiscoverOptions,
  surroundings: Surroundings,
): Promise<Builder | undefined> {
  if (addr !== undefined) return undefined;
  const { BUILDX_BUILDER, BUILDKIT_HOST } = surroundings.env;
  const name = isSet(builder) ? builder : BUILDX_BUILDER;
  if (isSet(name)) return namedBuilder(name, surroundings);
  return isSet(BUILDKIT_HOST) ? undefined : currentBuilder(surroundings);
}

/**
 * Where to look, in order. An explicit choice (`addr`, a builder, BUILDKIT_HOST, DOCKER_HOST, a Docker context) is the
 * only candidate: falling through to another worker would build in a place that the user did not mean.
 */
export async function candidates(options: DiscoverOptions, surroundings: Surroundings): Promise<readonly Candidate[]> {
  const builder = await chosenBuilder(options, surroundings);
  if (builder === undefined) return places(options, surroundings);
  return nodePlaces(builder, preferredNode(builder, options.platforms), surroundings);
}

async function places(options: DiscoverOptions, surroundings: Surroundings): Promise<readonly Candidate[]> {
  const { addr, tls } = options;
  if (addr !== undefined && !/^docker:(\/\/)?$/.test(addr)) {
    return placesOf(addr, "the given address", tls, surroundings);
  }
  const { env } = surroundings;
  if (addr === undefined && isSet(env.BUILDKIT_HOST)) {
    return placesOf(env.BUILDKIT_HOST, "BUILDKIT_HOST", tls, surroundings);
  }
  const engine = await chosenEngine(surroundings);
  if (engine !== undefined) return [engine];
  const engines = dockerSockets(surroundings);
  return addr === undefined ? [...engines, ...buildkitSockets(surroundings)] : engines;
}

async function placesOf(
  address: string,
  origin: string,
  tls: Endpoint["tls"],
  surroundings: Surroundings,
): Promise<readonly Candidate[]> {
  const endpoints = address.startsWith("docker-container://")
    ? await containerPlaces(address, surroundings)
    : [parseAddress(address, tls)];
  return endpoints.map((endpoint) => ({ endpoint, origin }));
}

/** The node that was made for all the platforms; the first where there is none. */
function preferredNode(builder: Builder, platforms: readonly string[] = []): BuilderNode {
  const node = nodeMadeFor(builder, platforms) ?? builder.nodes[0];
  if (node === undefined) throw new Error("a builder without nodes");
  return node;
}

/** The node that was made for all the platforms; undefined where none or several would be needed. */
export function nodeMadeFor({ nodes }: Builder, platforms: readonly string[]): BuilderNode | undefined {
  if (nodes.length === 1 || platforms.length === 0) return nodes[0];
  const [place, ...others] = nodesMadeFor(
    platforms.flatMap((text) => knownPlatform(text) ?? []),
    nodes.map((node) => node.platforms),
  );
  return place !== undefined && others.every((other) => other === place) ? nodes[place] : undefined;
}

/** What is no platform is told of by those who build for it. */
export function knownPlatform(text: string): Platform | undefined {
  try {
    return parsePlatform(text);
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

function driverOf({ endpoint, protocol }: Pick<Discovered, "endpoint" | "protocol">): string {
  if (protocol === "docker") return "docker";
  return endpoint.address.kind === "container" ? "docker-container" : "remote";
}

/** What came of asking one candidate. */
type Answer = { readonly protocol: "docker" | "buildkit" } | { readonly error: unknown };

/** So long, in milliseconds, one that stays silent is waited for where another one has answered that comes after it. */
const silencePatience = 2000;

/** Asks all at once. The first in order counts, but one that stays silent keeps nobody from those that do answer. */
async function firstAnswering(
  candidates: readonly Candidate[],
  { addr, signal }: DiscoverOptions,
): Promise<Omit<Discovered, "builder">> {
  const tried: string[] = [];
  let isDenied = false;
  const over = new AbortController();
  const asking = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  const answers = candidates.map((candidate) => ask(candidate, asking));
  try {
    for (const [index, candidate] of candidates.entries()) {
      const later = silence(answers.slice(index + 1), over.signal);
      const answer = await Promise.race([answers[index] ?? later, later]);
      if ("protocol" in answer) {
        const { protocol } = answer;
        return { origin: candidate.origin, endpoint: { ...candidate.endpoint, protocol }, protocol };
      }
      const { error } = answer;
      if (signal?.aborted === true) throw new Failure("cancelled", "cancelled", { cause: error });
      // What an engine says of a container is said with what to do about it.
      if (error instanceof Failure && candidates.length === 1) throw error;
      tried.push(`${candidate.endpoint.text} (${candidate.origin}): ${reason(error)}`);
      isDenied ||= errnoOf(error) === "EACCES" || errnoOf(error) === "EPERM";
    }
    throw unreachable(tried, isDenied ? deniedRemedy : absentRemedy(addr));
  } finally {
    over.abort();
  }
}

/** Never rejects. */
async function ask({ endpoint }: Candidate, signal: AbortSignal): Promise<Answer> {
  try {
    return { protocol: await whoListens(endpoint, signal) };
  } catch (error) {
    return { error };
  }
}

/** Comes some time after the first good one of the answers, and never where there is none. */
function silence(answers: readonly Promise<Answer>[], signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    for (const each of answers) {
      void each.then((answer) => {
        if (!("protocol" in answer) || signal.aborted) return;
        timer ??= setTimeout(resolve, silencePatience, { error: new Error("no answer, while another place answers") });
      });
    }
  });
}

function buildkitSockets({ env, platform }: Surroundings): Candidate[] {
  if (platform === "win32") return [daemonSocket("npipe:////./pipe/buildkitd", "buildkitd's pipe")];
  const sockets = [daemonSocket("unix:///run/buildkit/buildkitd.sock", "buildkitd's socket")];
  if (isSet(env.XDG_RUNTIME_DIR)) {
    sockets.push(daemonSocket(`unix://${env.XDG_RUNTIME_DIR}/buildkit/buildkitd.sock`, "rootless buildkitd's socket"));
  }
  return sockets;
}

function daemonSocket(text: string, origin: string): Candidate {
  return { endpoint: parseAddress(text), origin };
}

async function whoListens(endpoint: Endpoint, signal: AbortSignal | undefined): Promise<"docker" | "buildkit"> {
  if (endpoint.address.kind === "container") {
    await probeContainer(endpoint.address, signal);
    return "buildkit";
  }
  const found = await probe(endpoint, signal);
  if (endpoint.protocol === "docker" && found !== "docker") {
    throw new Error("what listens there is not a Docker engine");
  }
  return found;
}

function unreachable(tried: readonly string[], remedy: string): Failure {
  return new Failure("worker-unreachable", `no BuildKit worker answers; tried:\n  ${tried.join("\n  ")}`, { remedy });
}

const deniedRemedy =
  "Become a member of the group that owns the socket (often `docker`), run this as a user who may read and write the socket, or name another worker with addr (--addr).";

function absentRemedy(addr: string | undefined): string {
  const start = "Start Docker or buildkitd";
  return addr === undefined
    ? `${start}, or say where one listens with addr (--addr): unix://, tcp:// or docker://.`
    : `${start} there, check that you may read and write the socket, or give another addr (--addr).`;
}

function reason(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return `no answer within ${patience / 1000} seconds`;
  return errnoOf(error) === "ECONNREFUSED" ? "nobody listens" : errnoText(error);
}
