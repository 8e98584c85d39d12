import { once } from "node:events";
import { createServer } from "node:net";
import { Duplex } from "node:stream";
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
} from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import { controlService } from "../../../src/solver/buildkit/client-services.ts";
import type { common, control } from "../../../src/solver/buildkit/proto/gen/buildkit.js";

/** What a worker that means ill can do to the client that connected to it. */
export interface Grip {
  /** The methods that the client said may be called. */
  readonly offered: readonly string[];
  readonly request: control.SolveRequest.$Properties;
  /** Calls a method of the client's; gives its answer or its error's words. */
  call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response | ServiceError>;
  /** Sends these messages on a stream; gives what came back, and how it ended. */
  stream<Request, Response>(
    method: MethodDefinition<Request, Response>,
    requests: readonly Request[],
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly responses: readonly Response[]; readonly error: ServiceError }>;
  /** Tells something of the build. */
  status(message: control.StatusResponse.$Properties): Promise<void>;
  hangUp(): void;
  /** When the client takes its build back. */
  readonly cancelled: Promise<void>;
}

type SessionCall = ServerDuplexStream<common.BytesMessage.$Properties, common.BytesMessage.$Properties>;
type SolveCall = ServerUnaryCall<control.SolveRequest.$Properties, control.SolveResponse.$Properties>;
type StatusCall = ServerWritableStream<control.StatusRequest.$Properties, control.StatusResponse.$Properties>;
type Answer<Response> = (error: Partial<ServiceError> | null, response?: Response) => void;

/**
 * A server that speaks BuildKit's protocol as far as a client can tell, for one build: it does what `attack` says and
 * then answers that all went well. Gives its address.
 */
export async function hostileWorker(attack: (grip: Grip) => Promise<void>): Promise<string> {
  const session = deferred<SessionCall>();
  const status = deferred<StatusCall>();
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(controlService, {
    info: (_call: unknown, answer: Answer<object>) => answer(null, { buildkitVersion: { version: "v0.99.0" } }),
    listWorkers: (_call: unknown, answer: Answer<object>) =>
      answer(null, { record: [{ platforms: [{ os: "linux", architecture: "amd64" }] }] }),
    session: (call: SessionCall) => {
      call.on("error", () => {});
      session.resolve(call);
    },
    status: (call: StatusCall) => status.resolve(call),
    solve: (call: SolveCall, answer: Answer<control.SolveResponse.$Properties>) => {
      run(call).then(
        () => answer(null, { exporterResponse: {} }),
        (error: unknown) => answer({ code: 2, details: String(error) }),
      );
    },
    diskUsage: () => {},
    prune: () => {},
    listenBuildHistory: () => {},
    updateBuildHistory: () => {},
  });
  onTestFinished(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return `tcp://127.0.0.1:${port}`;

  async function run(call: SolveCall): Promise<void> {
    const tunnel = await session.promise;
    const told = await status.promise;
    const client = await clientOver(tunnel);
    const grip: Grip = {
      offered: tunnel.metadata.get("x-docker-expose-session-grpc-method").map(String),
      request: call.request,
      call: (method, request, headers) => askOnce(client, method, request, headers),
      stream: (method, requests, headers) => askMany(client, method, requests, headers),
      async status(message) {
        if (!told.write(message)) await once(told, "drain");
      },
      hangUp: () => server.forceShutdown(),
      cancelled: new Promise((resolve) => call.once("cancelled", resolve)),
    };
    told.setMaxListeners(0);
    try {
      await attack(grip);
    } finally {
      told.end();
    }
  }
}

/** A gRPC client whose connection is the tunnel. */
async function clientOver(tunnel: SessionCall): Promise<Client> {
  const door = createServer((socket) => {
    const wire = new Duplex({
      read() {
        tunnel.resume();
      },
      write(data: Buffer, _encoding, done) {
        tunnel.write({ data }, done);
      },
    });
    tunnel.on("data", ({ data }) => wire.push(data));
    tunnel.on("end", () => wire.push(null));
    wire.on("error", () => {});
    socket.on("error", () => {});
    socket.pipe(wire).pipe(socket);
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const address = door.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    door.close();
  });
  return client;
}

function askOnce<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
  request: Request,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response | ServiceError> {
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null, response?: Response) => {
      if (error !== null) resolve(error);
      else if (response !== undefined) resolve(response);
      else reject(new Error("neither an answer nor an error"));
    };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadataOf(headers), done);
  });
}

function askMany<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
  requests: readonly Request[],
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly responses: readonly Response[]; readonly error: ServiceError }> {
  return new Promise((resolve) => {
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadataOf(headers));
    const responses: Response[] = [];
    call.on("data", (response: Response) => responses.push(response));
    call.on("error", () => {});
    call.on("status", (status) => resolve({ responses, error: Object.assign(new Error(status.details), status) }));
    for (const request of requests) call.write(request);
    call.end();
  });
}

function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
