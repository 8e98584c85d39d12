import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { Duplex, PassThrough, type Readable, type Writable } from "node:stream";
import { gateway } from "../../../src/solver/buildkit/proto/gen/buildkit.js";

/** How a call of LLBBridge is answered: with a message, with a status, or not at all. */
export type Reply =
  | { readonly message: Uint8Array; readonly cut?: number }
  | { readonly status: number; readonly text?: string; readonly details?: Uint8Array }
  | { readonly http: number }
  | "silence"
  | "hang up";

/** The last part of a method's path, `Ping`, with the request's message. */
export type Script = (method: string, request: Buffer) => Reply | Promise<Reply>;

/** BuildKit's side of a frontend's standard streams, as far as a script plays it. */
export interface FakeBuildKit {
  /** The methods that were called, in order. */
  readonly calls: readonly string[];
  /** Settles when the frontend has read what it was told at first, as HTTP/2 has it say. */
  readonly heard: Promise<void>;
  close(): void;
}

/** `toFrontend` is the frontend's standard input, `fromFrontend` its standard output. */
export function fakeBuildKit(toFrontend: Writable, fromFrontend: Readable, script: Script): FakeBuildKit {
  // HTTP/2 learns nothing of the end of what the frontend says: over what is no socket of its own, it answers the end by
  // one of its own, and fails an assertion of Node's where a script's reply comes after that.
  const heardFrom = fromFrontend.pipe(new PassThrough(), { end: false });
  heardFrom.on("close", () => fromFrontend.destroy());
  const duplex = Duplex.from({ readable: heardFrom, writable: toFrontend });
  duplex.on("error", () => {});
  const server: Http2Server = createServer();
  const calls: string[] = [];
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const method = String(headers[":path"]).split("/").at(-1) ?? "";
    const chunks: Buffer[] = [];
    stream.on("error", () => {});
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", async () => {
      calls.push(method);
      const reply = await script(method, Buffer.concat(chunks).subarray(5));
      // Who asked may be gone.
      if (!stream.destroyed) answer(stream, reply, duplex);
    });
  });
  const heard = new Promise<void>((resolve) => {
    server.on("session", (session) => session.once("localSettings", () => resolve()));
  });
  server.emit("connection", duplex);
  return {
    calls,
    heard,
    close: () => {
      duplex.destroy();
      server.close();
    },
  };
}

/** What a worker of today answers to Ping, as far as a frontend looks at it. */
export function pong(caps: readonly string[] = ["solve.base", "return", "proto.refarray", "gateway.warnings"]): Reply {
  const enabled = (ids: readonly string[]) => ids.map((id) => ({ id, enabled: true }));
  const message = gateway.PongResponse.encode({
    frontendApiCaps: enabled(caps),
    llbCaps: enabled(["file.base", "source.image", "source.local"]),
    workers: [{ id: "w", platforms: [{ os: "linux", architecture: "amd64" }] }],
  }).finish();
  return { message };
}

function answer(stream: ServerHttp2Stream, reply: Reply, connection: Duplex): void {
  if (reply === "silence") return;
  if (reply === "hang up") {
    connection.destroy();
    return;
  }
  const contentType = { "content-type": "application/grpc" };
  if ("http" in reply) {
    stream.respond({ ":status": reply.http }, { endStream: true });
    return;
  }
  if ("status" in reply) {
    const details = reply.details && { "grpc-status-details-bin": Buffer.from(reply.details).toString("base64") };
    const text = encodeURIComponent(reply.text ?? "");
    stream.respond(
      { ...contentType, "grpc-status": String(reply.status), "grpc-message": text, ...details },
      { endStream: true },
    );
    return;
  }
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(reply.message.length, 1);
  stream.respond({ ":status": 200, ...contentType }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.write(prefix);
  stream.end(reply.message.subarray(0, reply.cut ?? reply.message.length));
}
