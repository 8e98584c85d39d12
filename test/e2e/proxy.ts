import { readFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";
import { upgrade } from "../../src/solver/buildkit/upgrade.ts";
import { testWorker } from "./worker.ts";

export function certificate(name: string): Buffer {
  return readFileSync(new URL(`./certificates/${name}.pem`, import.meta.url));
}

export interface Buildkitd {
  /** As `--addr` takes it. */
  readonly addr: string;
  /** Breaks every connection that there is now. */
  hangUp(): void;
}

/** The test's Docker engine by TCP with TLS and client certificates. Resolves to its address. */
export async function engineByTls(): Promise<string> {
  const { addr } = await proxy("tls", ["h2", "http/1.1"], async (engine) => engine);
  return addr;
}

/**
 * The BuildKit inside the test's Docker engine as a buildkitd of its own: every connection is upgraded to the engine's
 * `/grpc`, so that what is left is plain gRPC, over TCP, a unix socket, or TLS with client certificates.
 */
export function asBuildkitd(transport: Transport, dockerHost = testWorker().dockerHost): Promise<Buildkitd> {
  return proxy(transport, ["h2"], (engine) => upgrade(engine, "/grpc"), dockerHost);
}

type Transport = "tcp" | "tls" | { readonly socket: string };

async function proxy(
  transport: Transport,
  protocols: readonly string[],
  prepare: (engine: Socket) => Promise<Socket>,
  dockerHost = testWorker().dockerHost,
): Promise<Buildkitd> {
  const open = new Set<Socket>();
  const onConnection = (client: Socket) => {
    const engine = connect({ path: dockerHost.replace("unix://", "") });
    for (const socket of [client, engine]) {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
    }
    client.on("error", () => engine.destroy());
    engine.on("error", () => client.destroy());
    client.pause();
    prepare(engine).then(
      (prepared) => client.pipe(prepared).pipe(client),
      () => client.destroy(),
    );
  };
  const server =
    transport === "tls" ? createTlsServer(tlsOptions(protocols), onConnection) : createServer(onConnection);
  await listen(server, typeof transport === "object" ? transport.socket : undefined);
  const hangUp = () => {
    for (const socket of open) socket.destroy();
  };
  onTestFinished(() => {
    hangUp();
    server.close();
  });
  if (typeof transport === "object") return { addr: `unix://${transport.socket}`, hangUp };
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return { addr: `tcp://127.0.0.1:${address.port}`, hangUp };
}

function tlsOptions(protocols: readonly string[]) {
  return {
    ALPNProtocols: [...protocols],
    cert: certificate("server"),
    key: certificate("server-key"),
    ca: certificate("ca"),
    requestCert: true,
    rejectUnauthorized: true,
  };
}

function listen(server: Server, socket: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    if (socket === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(socket, resolve);
  });
}
