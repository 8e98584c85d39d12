import { request } from "node:http";
import type { Socket } from "node:net";
import { Failure } from "../../failure.ts";

/**
 * Turns a fresh connection to a Docker engine into a cleartext HTTP/2 connection to the service behind `path`
 * (`/grpc`, where the engine is the server, or `/session`, where we are). Rejects, and destroys the socket, when the
 * engine does not switch protocols.
 */
export function upgrade(
  socket: Socket,
  path: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  signal?: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const upgrading = request({
      createConnection: () => socket,
      method: "POST",
      path,
      host: "docker",
      headers: { ...mutable(headers), Connection: "Upgrade", Upgrade: "h2c" },
      ...(signal === undefined ? {} : { signal }),
    });
    const fail = (error: unknown) => {
      socket.destroy();
      reject(error);
    };
    upgrading.on("upgrade", (_response, upgraded, head) => {
      if (head.length > 0) upgraded.unshift(head);
      resolve(socket);
    });
    upgrading.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        if (body.length < 1000) body += chunk;
      });
      response.on("end", () => fail(new Failure("worker-refused", refusal(path, response.statusCode, body))));
      response.on("error", fail);
    });
    upgrading.on("error", fail);
    upgrading.end();
  });
}

function refusal(path: string, status: number | undefined, body: string): string {
  const reason = body.trim();
  return `the engine does not offer ${path} (HTTP ${status}${reason === "" ? "" : `: ${reason}`})`;
}

function mutable(headers: Readonly<Record<string, string | readonly string[]>>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
}
