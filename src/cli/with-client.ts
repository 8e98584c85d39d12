import { Failure } from "../failure.ts";
import { type Client, connect } from "../solver/client.ts";
import type { Terminal } from "./terminal.ts";

/** Connects to the worker at `addr`, or the one that is found, for what `use` asks of it. */
export async function withClient<T>(
  addr: string | undefined,
  { signal }: Terminal,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  let client: Client | undefined;
  try {
    client = await connect(addr, { signal });
    return await use(client);
  } catch (error) {
    if (signal.aborted) throw new Failure("cancelled", "interrupted", { cause: error });
    throw error;
  } finally {
    client?.close();
  }
}
