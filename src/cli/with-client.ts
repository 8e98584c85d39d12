import { Failure } from "../failure.ts";
import { type Client, connect } from "../solver/client.ts";
import type { WorkerFlags } from "./commands/worker-flags.ts";
import { hashByNode } from "./first-hashes.ts";
import type { Terminal } from "./terminal.ts";

/** Connects to the worker that the flags name, or the one that is found, for what `use` asks of it. */
export async function withClient<T>(
  { addr, builder }: Pick<WorkerFlags, "addr" | "builder">,
  { signal }: Terminal,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  let client: Client | undefined;
  hashByNode();
  try {
    client = await connect(addr, { builder, signal });
    return await use(client);
  } catch (error) {
    if (signal.aborted) throw new Failure("cancelled", "interrupted", { cause: error });
    throw error;
  } finally {
    client?.close();
  }
}
