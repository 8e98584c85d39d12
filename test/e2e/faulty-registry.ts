import type { IncomingMessage, ServerResponse } from "node:http";
import { passOn, serveHttp } from "../loopback.ts";
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
  const host = await serveHttp((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    fault(request, response, () => passOn(testWorker().registry, request, response));
  });
  return { host, requests };
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
