import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { headSize, putHead } from "../../../src/solver/buildkit/message-reader.ts";
import { common } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import { RpcChannel } from "../../../src/solver/buildkit/rpc-channel.ts";
import { codes } from "../../../src/solver/buildkit/rpc-reader.ts";

test("a call has its answer, however it is cut into pieces", async () => {
  const { channel, heard } = await worker(({ stream }) => {
    stream.respond({ ":status": 200 }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    const bytes = framed("answer");
    for (const byte of bytes.subarray(0, -1)) stream.write(Buffer.of(byte));
    stream.end(bytes.subarray(-1));
  });
  expect(await ask(channel)).toEqual({ messages: ["answer"], error: undefined });
  expect(heard).toEqual(["/a.Service/Method asked"]);
});

test("what is refused comes with its code, its text and its details", async () => {
  const details = common.RpcStatus.encode({ details: [{ typeUrl: "a.type", value: Buffer.of(1, 2) }] }).finish();
  const { channel } = await worker(({ stream }) => {
    stream.respond(
      {
        ":status": 200,
        "grpc-status": "5",
        "grpc-message": "there%20is%20no%20caf%C3%A9",
        "grpc-status-details-bin": Buffer.from(details).toString("base64"),
      },
      { endStream: true },
    );
  });
  const { error } = await ask(channel);
  expect(error).toMatchObject({ code: 5, message: "there is no café", details: [{ typeUrl: "a.type" }] });
});

test.each([
  ["a page for people", 503, codes.unavailable],
  ["no such service", 404, codes.unimplemented],
])("what is no gRPC is told by its status: %s", async (_, status, code) => {
  const { channel } = await worker(({ stream }) => {
    stream.respond({ ":status": status });
    stream.end("<html>".repeat(100));
  });
  expect(await ask(channel)).toMatchObject({ messages: [], error: { code } });
});

test("an answer that is larger than any may be is not read", async () => {
  const { channel } = await worker(({ stream }) => {
    stream.respond({ ":status": 200 });
    stream.write(Buffer.of(0, 0xff, 0xff, 0xff, 0xff));
  });
  expect(await ask(channel)).toMatchObject({ messages: [], error: { code: codes.resourceExhausted } });
});

test("an answer without an end is none", async () => {
  const { channel } = await worker(({ stream }) => {
    stream.respond({ ":status": 200 });
    stream.end(framed("answer"));
  });
  expect(await ask(channel)).toMatchObject({ error: { code: codes.internal } });
});

test("when the connection breaks, calls under way fail, and the next one makes another", async () => {
  const { channel, sockets } = await worker(({ stream, count, hangUp }) => {
    if (count === 1) hangUp();
    else answer(stream, "again");
  });
  expect(await ask(channel)).toMatchObject({ messages: [], error: { code: codes.unavailable } });
  expect(await ask(channel)).toEqual({ messages: ["again"], error: undefined });
  expect(sockets).toHaveLength(2);
});

test("a call that the worker has not looked at is made again", async () => {
  const { channel, heard } = await worker(({ stream, count }) => {
    if (count === 1) stream.close(0x7);
    else answer(stream, "here");
  });
  expect(await ask(channel)).toEqual({ messages: ["here"], error: undefined });
  expect(heard).toHaveLength(2);
});

test("a worker that says goodbye is left when its calls are over", async () => {
  const { channel, sockets } = await worker(({ stream, count }) => {
    if (count === 1) stream.session?.goaway();
    answer(stream, `${count}`);
  });
  expect((await ask(channel)).messages).toEqual(["1"]);
  expect((await ask(channel)).messages).toEqual(["2"]);
  expect(sockets).toHaveLength(2);
});

test("where no connection can be made, the call says why, and the next one tries again", async () => {
  let tries = 0;
  const channel = new RpcChannel(() => {
    tries++;
    return Promise.reject(Object.assign(new Error("no"), { code: "EACCES" }));
  });
  for (const count of [1, 2]) {
    const { error } = await ask(channel);
    expect(error).toMatchObject({ code: codes.unavailable, message: "no connection was made: permission denied" });
    expect(tries).toBe(count);
  }
});

test("a call that is taken back ends, before there is a connection and after", async () => {
  const { channel } = await worker(({ stream }) => stream.on("error", () => {}));
  const early = ask(channel);
  early.call.cancel();
  expect(await early).toMatchObject({ error: { code: codes.cancelled } });
  const late = ask(channel);
  setImmediate(() => late.call.cancel());
  expect(await late).toMatchObject({ error: { code: codes.cancelled } });
});

test("closing ends the calls that are under way, and later ones at once", async () => {
  const { channel, begun } = await worker(({ stream }) => stream.on("error", () => {}));
  const asked = ask(channel);
  await begun;
  channel.close();
  expect(await asked).toMatchObject({ error: { code: codes.unavailable } });
  expect(await ask(channel)).toMatchObject({ error: { code: codes.unavailable } });
});

interface Asked {
  readonly stream: ServerHttp2Stream;
  /** Which call it is, from 1 on. */
  readonly count: number;
  readonly hangUp: () => void;
}

/** A server that answers as it is told when it has the whole request, and a channel to it. */
async function worker(answers: (asked: Asked) => void) {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const server = createServer();
  const hangUp = () => {
    for (const socket of accepted) socket.destroy();
  };
  const accepted: Socket[] = [];
  server.on("connection", (socket: Socket) => accepted.push(socket));
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const chunks: Buffer[] = [];
    stream.on("error", () => {});
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      begin();
      if (stream.destroyed) return;
      heard.push(`${headers[":path"]} ${Buffer.concat(chunks).subarray(headSize)}`);
      answers({ stream, count: heard.length, hangUp });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = addressOf(server.address());
  const channel = new RpcChannel(async () => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    await once(socket, "connect");
    return socket;
  });
  onTestFinished(() => {
    channel.close();
    server.close();
  });
  return { channel, heard, sockets, begun };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === "string") throw new Error("no port");
  return address;
}

function ask(channel: RpcChannel) {
  const messages: string[] = [];
  let settle = (_: { readonly messages: readonly string[]; readonly error: unknown }) => {};
  const ended = new Promise<{ readonly messages: readonly string[]; readonly error: unknown }>((resolve) => {
    settle = resolve;
  });
  const call = channel.start(
    "/a.Service/Method",
    {},
    {
      message: (bytes) => messages.push(Buffer.from(bytes).toString()),
      end: (error) => settle({ messages, error }),
    },
  );
  call.send(Buffer.from("asked"));
  call.finish();
  return Object.assign(ended, { call });
}

function answer(stream: ServerHttp2Stream, text: string): void {
  stream.respond({ ":status": 200 }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(framed(text));
}

function framed(text: string): Buffer {
  const bytes = Buffer.alloc(headSize + text.length);
  putHead(bytes, 0, text.length);
  bytes.write(text, headSize);
  return bytes;
}
