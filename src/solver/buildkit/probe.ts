import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Endpoint } from "./address.ts";
import { dial } from "./dial.ts";

/** How long an endpoint may take to say its first word, in milliseconds: engines of busy machines take their time. */
export const patience = 20_000;

/**
 * Finds out who listens at an endpoint: a Docker engine answers HTTP/1.1, buildkitd only gRPC.
 *
 * Rejects with the system's error when nobody does, and with an Error when the listener stays silent or an engine is
 * there but refuses (its `_ping` fails).
 */
export async function probe(endpoint: Endpoint, signal?: AbortSignal): Promise<"docker" | "buildkit"> {
  const socket = await dial(endpoint, withPatience(signal));
  try {
    // A server that chose h2 in the TLS handshake speaks gRPC: an engine would not have.
    if (socket instanceof TLSSocket && socket.alpnProtocol === "h2") return "buildkit";
    socket.write("GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n");
    const answer = await firstBytes(socket, withPatience(signal));
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
    if (status === undefined) return "buildkit";
    if (status === "200") return "docker";
    throw new Error(`its engine answers HTTP ${status} to a ping`);
  } finally {
    socket.destroy();
  }
}

function withPatience(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(patience);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

/** What comes first, at least the length of a status; less when the peer hangs up, as gRPC servers do. */
function firstBytes(socket: Socket, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const done = () => {
      signal.removeEventListener("abort", onAbort);
      resolve(text);
    };
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (text.length >= 12 || (text.length > 0 && !"HTTP/1.".startsWith(text.slice(0, 7)))) done();
    });
    socket.on("end", done).on("close", done).on("error", done);
  });
}
