import { Failure } from "../failure.ts";
import type { Platform } from "../platform.ts";
import type { Builder, BuilderNode } from "./buildkit/builder/builder.ts";
import { bestNodes, nodesMadeFor, nodeThatRuns } from "./buildkit/builder/choose-nodes.ts";
import { Connection } from "./buildkit/connection.ts";
import {
  chosenBuilder,
  type Discovered,
  type DiscoverOptions,
  discoverNode,
  discoverPlace,
  knownPlatform,
  nodeMadeFor,
} from "./buildkit/discover.ts";
import { processSurroundings } from "./buildkit/surroundings.ts";
import { readWorker, type Worker } from "./buildkit/worker-info.ts";

export interface OpenedWorker {
  readonly connection: Connection;
  readonly worker: Worker;
}

/**
 * Finds the worker and connects to it. Of a builder with several nodes it is the one that was made for the platforms,
 * or else the first that runs them all.
 *
 * Rejects with a Failure as `discover` does; `platform-unsupported` where the platforms need several nodes.
 */
export async function openWorker(options: DiscoverOptions): Promise<OpenedWorker> {
  const { platforms = [] } = options;
  const builder = await chosenBuilder(options, options.surroundings ?? processSurroundings());
  if (builder === undefined) return open(await discoverPlace(options), options);
  const node = nodeMadeFor(builder, platforms);
  if (node !== undefined) return open(await discoverNode(builder, node, options), options);
  return openNodeThatRuns(builder, platforms, options);
}

/** One of several workers that build together, with what it is to build. */
export interface OpenedNode extends OpenedWorker {
  readonly platforms: readonly string[];
}

/**
 * Connects to the nodes of a builder among which the platforms are shared out, as docker buildx does it: each to the node
 * that was made for it, or else to the one that runs it best. Undefined where one worker builds all.
 *
 * Rejects with a Failure as `discover` does.
 */
export async function openNodes(options: DiscoverOptions): Promise<readonly OpenedNode[] | undefined> {
  const platforms = [...new Set(options.platforms ?? [])];
  const wanted = platforms.flatMap(platformOf);
  // What is no platform is told of by those who build for it.
  if (platforms.length < 2 || wanted.length < platforms.length) return undefined;
  const builder = await chosenBuilder(options, options.surroundings ?? processSurroundings());
  if (builder === undefined || builder.nodes.length < 2) return undefined;
  const made = nodesMadeFor(
    wanted,
    builder.nodes.map((node) => node.platforms),
  );
  if (made.every((place) => place !== undefined)) {
    if (new Set(made).size < 2) return undefined;
    const chosen = builder.nodes.flatMap((node, index) => (made.includes(index) ? [{ node, index }] : []));
    const opened = await openEach(
      builder,
      chosen.map(({ node }) => node),
      options,
    );
    const places = made.map((place) => chosen.findIndex(({ index }) => index === place));
    return sharedOut(platforms, places, opened);
  }
  const opened = await openEach(builder, builder.nodes, options);
  const places = bestNodes(wanted, opened.map(offersOf));
  for (const [index, { connection }] of opened.entries()) if (!places.includes(index)) connection.close();
  if (new Set(places).size > 1) return sharedOut(platforms, places, opened);
  for (const place of new Set(places)) opened[place]?.connection.close();
  return undefined;
}

function sharedOut(
  platforms: readonly string[],
  places: readonly number[],
  opened: readonly OpenedWorker[],
): readonly OpenedNode[] {
  return opened.flatMap(({ connection, worker }, index) => {
    const own = platforms.filter((_, each) => places[each] === index);
    return own.length === 0 ? [] : [{ connection, worker, platforms: own }];
  });
}

async function open(found: Discovered, { signal }: DiscoverOptions): Promise<OpenedWorker> {
  const connection = new Connection(found);
  try {
    return { connection, worker: await readWorker(connection, signal ?? new AbortController().signal) };
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function openNodeThatRuns(
  builder: Builder,
  platforms: readonly string[],
  options: DiscoverOptions,
): Promise<OpenedWorker> {
  const opened = await openEach(builder, builder.nodes, options);
  const place = nodeThatRuns(platforms.flatMap(platformOf), opened.map(offersOf));
  for (const [index, { connection }] of opened.entries()) if (index !== place) connection.close();
  const chosen = place === undefined ? undefined : opened[place];
  if (chosen !== undefined) return chosen;
  throw new Failure(
    "platform-unsupported",
    `no node of the builder "${builder.name}" runs all of ${platforms.join(", ")}`,
    {
      remedy:
        "Push the image (--push) or write its files into a folder (-o DIR): then each node builds its own platforms. Or set up emulation with llbc platforms install.",
    },
  );
}

type ReachedNode = OpenedWorker & { readonly node: BuilderNode };

function offersOf({ node, worker }: ReachedNode): readonly Platform[] {
  return [...node.platforms, ...worker.info.platforms.flatMap(platformOf)];
}

/** In their order; the first that cannot be reached ends it. */
async function openEach(
  builder: Builder,
  nodes: readonly BuilderNode[],
  options: DiscoverOptions,
): Promise<readonly ReachedNode[]> {
  const opening = nodes.map(async (node) => ({
    node,
    ...(await open(await discoverNode(builder, node, options), options)),
  }));
  const settled = await Promise.allSettled(opening);
  const opened = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = settled.find((each) => each.status === "rejected");
  if (failed === undefined) return opened;
  for (const { connection } of opened) connection.close();
  throw failed.reason;
}

function platformOf(text: string): readonly Platform[] {
  const platform = knownPlatform(text);
  return platform === undefined ? [] : [platform];
}
