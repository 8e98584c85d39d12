import { once } from "node:events";
import { type ClientHttp2Stream, connect } from "node:http2";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { headSize, putHead, type RawCall, serveRaw } from "../../../src/solver/buildkit/raw-call.ts";
import { healthService } from "../../../src/solver/buildkit/session-services.ts";

/** A server with one raw method, `/raw`, beside a usual one; gives calls of it, as bytes on the wire. */
async function serve(handler: (call: RawCall) => void) {
  const server = new Server();
  server.addService(healthService, { Check: () => {} });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  serveRaw(server, [{ raw: new Map([["/raw", handler]]) }, {}]);
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => {
    session.destroy();
    server.forceShutdown();
  });
  return (path = "/raw") =>
    session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" });
}

function framed(message: Uint8Array, compressed = 0): Buffer {
  const bytes = Buffer.alloc(headSize + message.length);
  putHead(bytes, 0, message.length);
  bytes[0] = compressed;
  bytes.set(message, headSize);
  return bytes;
}

/** What came back, and how it ended. */
async function answerOf(stream: ClientHttp2Stream) {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [trailers] = await once(stream, "trailers");
  return {
    bytes: Buffer.concat(chunks),
    code: Number(trailers["grpc-status"]),
    text: decodeURI(String(trailers["grpc-message"] ?? "")),
  };
}

/** Sends every message back, and ends when the other side does. */
function echo(call: RawCall): void {
  call.receive(
    (message) => call.send(framed(message), () => {}),
    () => call.end(status.OK, ""),
  );
}

test("messages are found however they are cut up on the wire", async () => {
  const open = await serve(echo);
  const message = fc.uint8Array({ maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 20 }), fc.integer({ min: 1, max: 400 }), async (messages, size) => {
      const bytes = Buffer.concat(messages.map((each) => framed(each)));
      const stream = open();
      const answer = answerOf(stream);
      for (let at = 0; at < bytes.length; at += size) {
        const written = new Promise((resolve) => stream.write(bytes.subarray(at, at + size), resolve));
        // One write, one frame: nothing else joins the pieces.
        await written;
      }
      stream.end();
      expect(await answer).toEqual({ bytes, code: status.OK, text: "" });
    }),
    { numRuns: 30 },
  );
});

test.each([
  ["too long", Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3])],
  ["compressed", framed(Buffer.from("x"), 1)],
])("a message that is %s ends the call, and nothing of it is kept", async (_, bytes) => {
  const taken: Uint8Array[] = [];
  const open = await serve((call) =>
    call.receive(
      (message) => taken.push(message),
      () => {},
    ),
  );
  const stream = open();
  stream.write(bytes);
  expect((await answerOf(stream)).code).toBe(status.RESOURCE_EXHAUSTED);
  stream.write(Buffer.alloc(1000));
  stream.close();
  await once(stream, "close");
  expect(taken).toEqual([]);
});

test("an end has its code and its text, whatever is in it, and the first one counts", async () => {
  const open = await serve((call) => {
    call.end(status.UNKNOWN, "größe ☃ 100%\n\ud800");
    call.end(status.OK, "");
  });
  expect(await answerOf(open())).toMatchObject({ code: status.UNKNOWN, text: "größe ☃ 100%\n\ufffd" });
});

test("a call that is taken back is closed, and sending on it does nothing", async () => {
  const closed = new Promise<RawCall>((resolve) => {
    void serve((call) => call.onClose(() => resolve(call))).then((open) => {
      const stream = open();
      stream.on("error", () => {});
      stream.on("response", () => stream.close(8));
    });
  });
  const call = await closed;
  call.send(framed(Buffer.from("late")), () => {});
  call.end(status.OK, "");
});

test("other methods stay with the gRPC server", async () => {
  const open = await serve(echo);
  const stream = open("/nothing.here/At");
  const [headers] = await once(stream, "response");
  expect(Number(headers["grpc-status"])).toBe(status.UNIMPLEMENTED);
});
