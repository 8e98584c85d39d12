import type { ServerHttp2Session } from "node:http2";
import type { Server } from "@grpc/grpc-js";

/** How much the worker may send before it has to wait for us, in bytes; HTTP/2's own 64 KiB make a large export crawl. */
const receiveWindow = 4 << 20;

/**
 * Lifts limits of the HTTP/2 server under a gRPC server, which grpc-js has no options for; to be called before it gets
 * its first connection. A file sync call has one header per pattern of an ignore file, and Node refuses more than 128
 * headers, or 64 KiB of them. A test holds that this still reaches what it is to reach.
 */
export function liftServerLimits(server: Server): void {
  // biome-ignore lint/complexity/useLiteralKeys: a private field, which TypeScript lets through in this form only
  Object.assign(server["commonServerOptions"], {
    maxHeaderListPairs: 1 << 20,
    settings: { maxHeaderListSize: 16 << 20, initialWindowSize: receiveWindow },
  });
}

/** The same for the window that all streams of a connection share; to be called when the injector is there. */
export function widenConnections(server: Server): void {
  // biome-ignore lint/complexity/useLiteralKeys: as above
  for (const http2Server of server["http2Servers"].keys()) {
    http2Server.on("session", (session: ServerHttp2Session) => session.setLocalWindowSize(receiveWindow));
  }
}
