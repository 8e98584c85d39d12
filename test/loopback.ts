import {
  createServer as createHttpServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  request,
  type ServerResponse,
} from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/**
 * Has a server listen on this machine until the test is over; then its connections are closed, too. Connections that
 * break are no errors. Resolves to its port.
 */
export async function listen(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return portOf(server);
}

/** A web server until the test is over. Resolves to its host and port. */
export async function serveHttp(answer: RequestListener): Promise<string> {
  return `127.0.0.1:${await listen(createHttpServer(answer))}`;
}

/** Has another web server (host and port) answer, as it was asked unless other headers are given. */
export function passOn(
  host: string,
  asked: IncomingMessage,
  answer: ServerResponse,
  headers: OutgoingHttpHeaders = asked.headers,
): void {
  const [hostname, port] = host.split(":");
  const onward = request({ hostname, port, method: asked.method, path: asked.url, headers }, (got) => {
    answer.writeHead(got.statusCode ?? 500, got.headers);
    got.pipe(answer);
  });
  onward.on("error", () => answer.destroy());
  asked.pipe(onward);
}

/** A port at which nobody listens for now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
