import type { Socket } from "node:net";
import { pause } from "../../pause.ts";
import type { Address } from "./address.ts";
import { execInContainer, startContainer } from "./container-exec.ts";
import { dial } from "./dial.ts";

/** How often a buildkitd that was just started is asked; each wait is longer than the one before, as buildx has it. */
const attempts = 15;
const firstWait = 120;

/**
 * Resolves when the buildkitd in a container answers; a container that was stopped is started. Rejects with a Failure
 * `worker-unreachable` when there is no such container, or with what its command complained of.
 */
export async function probeContainer(
  address: Extract<Address, { readonly kind: "container" }>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await startContainer(address, signal);
  for (let attempt = 1; ; attempt++) {
    try {
      await greet(await execInContainer(await dial(address.engine, signal), address, signal));
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt === attempts) throw error;
      await pause(attempt * firstWait, signal);
    }
  }
}

/** The beginning of HTTP/2, and settings without any: a server answers with its own. */
const greeting = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

function greet(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("data", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("its buildkitd does not answer")));
    socket.write(greeting);
  });
}
