import { connect as connectSocket, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Endpoint, Protocol, Tls } from "./address.ts";

/**
 * Opens a socket to the endpoint, through TLS where it has some; for a worker in a container one to its engine. Rejects
 * with the system's error; an abort destroys the socket and rejects with the signal's reason.
 */
export async function dial(endpoint: Endpoint, signal?: AbortSignal): Promise<Socket> {
  signal?.throwIfAborted();
  const { address } = endpoint;
  if (address.kind === "container") return dial(address.engine, signal);
  const socket =
    address.kind === "socket"
      ? connectSocket({ path: address.path })
      : connectSocket({ host: address.host, port: address.port, noDelay: true, keepAlive: true });
  await once(socket, "connect", signal);
  return secure(socket, endpoint, signal);
}

/** Puts TLS over a connected socket where the endpoint asks for it; otherwise it is the socket as it is. */
export async function secure(socket: Socket, endpoint: Endpoint, signal?: AbortSignal): Promise<Socket> {
  if (endpoint.address.kind === "container") return secure(socket, endpoint.address.engine, signal);
  if (endpoint.tls === undefined || endpoint.address.kind !== "tcp") return socket;
  const tls = connectTls({ socket, ...tlsOptions(endpoint.tls, endpoint.address.host, endpoint.protocol) });
  await once(tls, "secureConnect", signal);
  return tls;
}

function tlsOptions(tls: Tls, host: string, protocol: Protocol) {
  return {
    // Engines speak HTTP/1.1 until the upgrade, also behind something that could do more; gRPC servers insist on h2.
    ALPNProtocols: protocol === "docker" ? ["http/1.1"] : ["h2", "http/1.1"],
    servername: tls.servername ?? (/^[\d.]+$|:/.test(host) ? "" : host),
    // An address that is a number is checked against the certificate's addresses, which needs the host as it is.
    host: tls.servername ?? host,
    rejectUnauthorized: tls.insecure !== true,
    ...(tls.ca === undefined ? {} : { ca: Buffer.from(tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: Buffer.from(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: Buffer.from(tls.key) }),
  };
}

/** Waits for one of the socket's events; an error or the signal destroys the socket. */
function once(socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown) => {
      socket.off(event, onReady).off("error", settle).off("close", onClose);
      signal?.removeEventListener("abort", onAbort);
      if (error === undefined) {
        resolve();
        return;
      }
      // The socket may report once more while it goes down: nobody is left to hear it.
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onReady = () => settle();
    const onClose = () => settle(new Error("the connection was closed"));
    const onAbort = () => settle(signal?.reason);
    socket.on(event, onReady).on("error", settle).on("close", onClose);
    signal?.addEventListener("abort", onAbort);
  });
}
