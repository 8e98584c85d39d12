import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import { serveHttp } from "../loopback.ts";

type Environment = Record<string, string | undefined>;

/** A home with a Docker configuration and credential helpers: shell scripts that see the server on standard input. */
export function dockerHome(config: unknown, helpers: Readonly<Record<string, string>> = {}): Environment {
  const home = mkdtempSync(join(tmpdir(), "llbc-docker-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const text = typeof config === "string" ? config : JSON.stringify(config);
  writeFileSync(join(home, "config.json"), text);
  const bin = join(home, "bin");
  mkdirSync(bin);
  for (const [name, script] of Object.entries(helpers)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { DOCKER_CONFIG: home, PATH: `${bin}${delimiter}/usr/bin${delimiter}/bin` };
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface TestServer {
  readonly url: string;
  readonly seen: Seen[];
}

/** A server on this machine that notes what it is asked and answers as the test says. */
export async function httpServer(
  answer: (seen: Seen, response: ServerResponse, request: IncomingMessage) => void,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const host = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://test");
      const one: Seen = {
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        authorization: request.headers.authorization,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      seen.push(one);
      answer(one, response, request);
    });
  });
  return { url: `http://${host}`, seen };
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}
