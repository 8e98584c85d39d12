import { setMaxListeners } from "node:events";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { Failure } from "../../../src/failure.ts";
import type { Bridge } from "../../../src/solver/buildkit/bridge.ts";
import { bridgeService } from "../../../src/solver/buildkit/client-services.ts";
import { common, gateway } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import { RpcError } from "../../../src/solver/buildkit/rpc-error.ts";
import { stdioBridge } from "../../../src/solver/buildkit/stdio-bridge.ts";
import { StdioConnection } from "../../../src/solver/buildkit/stdio-connection.ts";
import { fakeBuildKit, pong, type Script } from "./fake-buildkit.ts";

const never = new AbortController().signal;
// As whoever has so many calls under way has it.
setMaxListeners(0, never);
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function open(script: Script) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const buildkit = fakeBuildKit(stdin, stdout, script);
  const connection = new StdioConnection(stdin, stdout);
  const bridge = stdioBridge(connection);
  closing.push(
    () => connection.close(),
    () => buildkit.close(),
  );
  return { connection, bridge, buildkit };
}

const readFile = (bridge: Bridge, filePath = "a", signal = never) =>
  bridge.call(bridgeService.readFile, { ref: "r", filePath }, signal);

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`no failure: ${error}`);
  return error;
}

describe("calls", () => {
  test("go out and come back, many at once and one after the other", async () => {
    const { bridge } = open((_method, request) => {
      const { filePath } = gateway.ReadFileRequest.decode(request);
      return { message: gateway.ReadFileResponse.encode({ data: Buffer.from(filePath) }).finish() };
    });
    const names = Array.from({ length: 200 }, (_, index) => `file ${index} ${"x".repeat(index * 50)}`);
    const answers = await Promise.all(names.map((name) => readFile(bridge, name)));
    expect(answers.map(({ data }) => Buffer.from(data).toString())).toEqual(names);
    for (const name of names.slice(0, 50)) {
      expect(Buffer.from((await readFile(bridge, name)).data).toString()).toBe(name);
    }
  });

  test("carry files of several MiB", async () => {
    const data = Buffer.alloc(12 << 20, "0123456789");
    const { bridge } = open(() => ({ message: gateway.ReadFileResponse.encode({ data }).finish() }));
    expect(Buffer.compare((await readFile(bridge)).data, data)).toBe(0);
  });

  test("may be empty both ways", async () => {
    const { bridge } = open(() => ({ message: new Uint8Array() }));
    expect((await bridge.call(bridgeService.inputs, {}, never)).definitions).toEqual({});
  });
});

describe("refusals", () => {
  test("keep code, words and details", async () => {
    const detail = { typeUrl: "x/errdefs.Vertex+json", value: Buffer.from('{"digest":"sha256:1"}') };
    const details = common.RpcStatus.encode({ code: 2, message: "no", details: [detail] }).finish();
    const { bridge } = open(() => ({ status: 2, text: "kein Platz für „ä“ 100%", details }));
    const { cause } = await failureOf(readFile(bridge));
    if (!(cause instanceof RpcError)) throw new Error("no RpcError");
    expect(cause.message).toBe("kein Platz für „ä“ 100%");
    expect(cause.code).toBe(2);
    expect(cause.details.map(({ typeUrl, value }) => [typeUrl, Buffer.from(value).toString()])).toEqual([
      [detail.typeUrl, detail.value.toString()],
    ]);
  });

  test.each<[string, Script, string]>([
    ["an answer that is cut off", () => ({ message: Buffer.alloc(100), cut: 50 }), "worker-refused"],
    ["something that is no gRPC", () => ({ http: 502 }), "worker-unreachable"],
    ["an unknown method", () => ({ status: 12, text: "unknown method" }), "capability-missing"],
    ["a connection that breaks", () => "hang up", "worker-unreachable"],
  ])("%s is a failure", async (_, script, code) => {
    const { bridge } = open(script);
    expect((await failureOf(readFile(bridge))).code).toBe(code);
  });

  test("an answer beyond 16 MiB is not read to its end", async () => {
    const { bridge } = open(() => ({ message: Buffer.alloc(17 << 20) }));
    const failure = await failureOf(readFile(bridge));
    expect(failure.code).toBe("definition-too-large");
    expect(failure.message).toContain("16 MiB");
  });

  test("a request beyond 16 MiB is not sent", async () => {
    const { bridge, buildkit } = open(() => pong());
    const failure = await failureOf(readFile(bridge, "x".repeat(17 << 20)));
    expect(failure.code).toBe("definition-too-large");
    await bridge.call(bridgeService.ping, {}, never);
    expect(buildkit.calls).toEqual(["Ping"]);
  });

  test("after the end every call is refused at once", async () => {
    const { bridge } = open(() => "hang up");
    await failureOf(readFile(bridge));
    expect((await failureOf(readFile(bridge))).code).toBe("worker-unreachable");
  });
});

test("an abort ends the call with its reason, and the others go on", async () => {
  const { bridge } = open((method) => (method === "ReadFile" ? "silence" : pong()));
  const stop = new AbortController();
  const reading = readFile(bridge, "a", stop.signal);
  await bridge.call(bridgeService.ping, {}, never);
  const reason = new Error("enough");
  stop.abort(reason);
  await expect(reading).rejects.toBe(reason);
  await expect(readFile(bridge, "a", stop.signal)).rejects.toBe(reason);
  expect((await bridge.call(bridgeService.ping, {}, never)).workers).toHaveLength(1);
});

test("a call that was sent ahead answers the first one like it, and is sent once", async () => {
  const { connection, bridge, buildkit } = open(() => pong());
  await connection.callAhead(bridgeService.ping.path);
  expect(buildkit.calls).toEqual(["Ping"]);
  expect((await bridge.call(bridgeService.ping, {}, never)).workers).toHaveLength(1);
  expect(buildkit.calls).toEqual(["Ping"]);
  await bridge.call(bridgeService.ping, {}, never);
  expect(buildkit.calls).toEqual(["Ping", "Ping"]);
});

test("a call that was sent ahead and is not answered can be given up, or breaks with the connection", async () => {
  const silent = open(() => "silence");
  void silent.connection.callAhead(bridgeService.ping.path);
  const stop = new AbortController();
  const ping = silent.bridge.call(bridgeService.ping, {}, stop.signal);
  stop.abort(new Error("enough"));
  await expect(ping).rejects.toThrow("enough");

  const broken = open(() => "hang up");
  await broken.connection.callAhead(bridgeService.ping.path);
  expect((await failureOf(broken.bridge.call(bridgeService.ping, {}, never))).code).toBe("worker-unreachable");
});
