import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import { testWorker } from "./worker.ts";

/** Answers a request, or passes it on to the test's registry. */
export type Fault = (request: IncomingMessage, response: ServerResponse, pass: () => void) => void;

export interface FaultyRegistry {
  /** host:port */
  readonly host: string;
  /** What was asked for, as `GET /v2/…`. */
  readonly requests: readonly string[];
}

/** The test's registry, behind something that goes wrong. */
export async function faultyRegistry(fault: Fault): Promise<FaultyRegistry> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const pass = () => {
      const [hostname, port] = testWorker().registry.split(":");
      const { method, url: path, headers } = request;
      const onward = httpRequest({ hostname, port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.destroy());
      request.pipe(onward);
    };
    fault(request, response, pass);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { host: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`, requests };
}

/** Answers with a status instead of what is there, where `when` says so. */
export function answering(status: number, when: (request: IncomingMessage) => boolean): Fault {
  return (request, response, pass) => {
    if (!when(request)) {
      pass();
      return;
    }
    request.resume();
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ errors: [{ code: "REFUSED", message: "not now" }] }));
  };
}

export function isManifest({ url }: IncomingMessage): boolean {
  return url?.includes("/manifests/") === true;
}

/** The contents of a blob are asked for, and not whether it is there. */
export function isBlob({ url, method }: IncomingMessage): boolean {
  return method === "GET" && url?.includes("/blobs/sha256:") === true;
}
