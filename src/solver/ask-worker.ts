import type { Gateway } from "../frontend/gateway.ts";
import type { Attachable, AttachableContext } from "./buildkit/attachable.ts";
import type { Connection } from "./buildkit/connection.ts";
import { type Job, runJob } from "./buildkit/job.ts";
import { newId } from "./buildkit/new-id.ts";

/** What goes with a question: by default nothing is served, and nobody hears of events. */
export interface Asking extends Partial<Pick<Job, "frontendOptions" | "onEvent">> {
  readonly attach?: ((context: AttachableContext) => readonly Attachable[]) | undefined;
  readonly sessionId?: string | undefined;
  readonly sourcePolicy?: Job["sourcePolicy"];
  readonly signal: AbortSignal;
}

/**
 * Opens a build on a worker in which `use` can ask it about images and sources, and ends it with an empty result: nothing
 * comes of it, and the worker keeps no record. Rejects with what `use` rejects with, or a Failure of the connection.
 */
export async function askWorker<T>(
  connection: Connection,
  { attach = () => [], sessionId, frontendOptions = new Map(), sourcePolicy, signal, onEvent = () => {} }: Asking,
  use: (gateway: Gateway, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const answers: T[] = [];
  const run = async (gateway: Gateway, linked: AbortSignal) => {
    try {
      answers.push(await use(gateway, linked));
    } catch (error) {
      await gateway.fail(error, linked);
      throw error;
    }
    await gateway.return({ metadata: new Map() }, linked);
  };
  await runJob({
    connection,
    session: { id: sessionId ?? newId(), sharedKey: "", attach },
    what: { kind: "gateway", run },
    frontendOptions,
    exporters: [],
    entitlements: [],
    sourcePolicy,
    internal: true,
    signal,
    onEvent,
  });
  const [answer] = answers;
  if (answers.length === 0 || answer === undefined) throw new Error("a build ended well before its frontend did");
  return answer;
}
