import { formatPlatformFully, type Platform } from "../platform.ts";
import { AppendList } from "./append-list.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import { resolveNode, startFromScratch } from "./resolve-base.ts";
import { addTriggers } from "./stage-commands.ts";
import { reachableFrom, type StageNode } from "./stage-node.ts";
import type { StageTable } from "./stage-table.ts";

/**
 * Resolves the bases of the stages that the target needs, all at once, and takes over the triggers that they bring,
 * which may need further stages and images, until nothing new is needed.
 * @returns the stages that the target needs.
 * @throws InvalidDockerfile
 */
export async function resolveBases(
  context: EvaluationContext,
  table: StageTable,
  target: StageNode,
): Promise<ReadonlySet<StageNode>> {
  for (;;) {
    const reachable = reachableFrom(target);
    await resolveRound(context, table, reachable);
    let more = false;
    for (const node of reachable) if (takeTriggers(context, table, node)) more = true;
    if (!more) return reachable;
  }
}

async function resolveRound(
  context: EvaluationContext,
  table: StageTable,
  reachable: ReadonlySet<StageNode>,
): Promise<void> {
  const waiting: Promise<void>[] = [];
  for (const node of table.nodes) {
    if (node.base !== undefined || node.dispatched || node.resolved) continue;
    const needed = context.allStages || reachable.has(node);
    node.resolved = needed;
    if (node.baseName === "scratch" && node.namedContext === undefined) startFromScratch(context, node);
    else waiting.push(resolveNode(context, table, node, needed));
  }
  await allOrFirstFailure(waiting);
}

/** Waits for all, so that nothing runs on behind a failure; the failure of the first in order is the one told. */
async function allOrFirstFailure(waiting: readonly Promise<void>[]): Promise<void> {
  if (waiting.length === 0) return;
  const failed = (await Promise.allSettled(waiting)).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Takes over what the base tells its children to do: ONBUILD in its config, or in its stage. Once. */
function takeTriggers(context: EvaluationContext, table: StageTable, node: StageNode): boolean {
  const triggers = node.base === undefined ? takeImageTriggers(node) : takeStageTriggers(node, node.base);
  return triggers.length > 0 && addTriggers(node, triggers, table, context.dockerfile.escape);
}

function takeImageTriggers(node: StageNode): readonly string[] {
  const triggers = node.start.image.onBuild.toArray();
  if (triggers.length === 0) return triggers;
  refuseEndlessTriggers(node);
  node.start = { ...node.start, image: { ...node.start.image, onBuild: AppendList.of() } };
  return triggers;
}

/** An image whose triggers read from the image itself needs itself once more each time. BuildKit never comes back. */
function refuseEndlessTriggers(node: StageNode): void {
  const sameImage = (other: StageNode) =>
    other.baseName === node.baseName && samePlatform(other.platform, node.platform);
  let seen = false;
  let { lines } = node.stage;
  for (let above = node.namedByTriggerOf; above !== undefined; above = above.namedByTriggerOf) {
    seen ||= sameImage(above);
    ({ lines } = above.stage);
  }
  if (!seen) return;
  const message = `an ONBUILD trigger of the image ${node.baseName} reads from the image itself, which has no end`;
  throw new InvalidDockerfile("endless-triggers", message, { lines });
}

function samePlatform(a: Platform | undefined, b: Platform | undefined): boolean {
  return (a && formatPlatformFully(a)) === (b && formatPlatformFully(b));
}

function takeStageTriggers(node: StageNode, base: StageNode): readonly string[] {
  if (node.triggersTaken) return [];
  node.triggersTaken = true;
  return base.commands.flatMap(({ instruction }) => (instruction.kind === "onbuild" ? [instruction.expression] : []));
}
