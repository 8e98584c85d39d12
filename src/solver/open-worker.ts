import { Failure } from "../failure.ts";
import type { Platform } from "../platform.ts";
import type { Builder, BuilderNode } from "./buildkit/builder/builder.ts";
import { nodeThatRuns } from "./buildkit/builder/choose-nodes.ts";
import { Connection } from "./buildkit/connection.ts";
import {
  chosenBuilder,
  type Discovered,
  type DiscoverOptions,
  discover,
  discoverNode,
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
  if (builder === undefined) return open(await discover(options), options);
  const node = nodeMadeFor(builder, platforms);
  if (node !== undefined) return open(await discoverNode(builder, node, options), options);
  return openNodeThatRuns(builder, platforms, options);
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
  const opened = await openNodes(builder, options);
  const offers = opened.map(({ node, worker }) => [...node.platforms, ...worker.info.platforms.flatMap(platformOf)]);
  const place = nodeThatRuns(platforms.flatMap(platformOf), offers);
  for (const [index, { connection }] of opened.entries()) if (index !== place) connection.close();
  const chosen = place === undefined ? undefined : opened[place];
  if (chosen !== undefined) return chosen;
  throw new Failure(
    "platform-unsupported",
    `no node of the builder "${builder.name}" runs all of ${platforms.join(", ")}`,
    {
      remedy:
        "Build the platforms one by one with --platform and push each by its own name, then join them with docker buildx imagetools create; or set up emulation with llbc platforms install.",
    },
  );
}

/** All nodes, in their order; the first that cannot be reached ends it. */
async function openNodes(
  builder: Builder,
  options: DiscoverOptions,
): Promise<readonly (OpenedWorker & { readonly node: BuilderNode })[]> {
  const opening = builder.nodes.map(async (node) => ({
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
