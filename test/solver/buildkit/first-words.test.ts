import { once } from "node:events";
import { PassThrough } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { bridgeService } from "../../../src/solver/buildkit/client-services.ts";
import { readFirstWords } from "../../../src/solver/buildkit/first-words.ts";
import { StdioConnection } from "../../../src/solver/buildkit/stdio-connection.ts";
import { fakeBuildKit, pong } from "./fake-buildkit.ts";

const never = new AbortController().signal;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

test("the words of a first call are the same each time, and need no answer", async () => {
  const words = await firstWords();
  expect(words.subarray(0, 24).toString()).toBe("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  expect(await firstWords()).toEqual(words);
});

test("a call whose words were sent before there is a connection is answered, also before that, and sent once", async () => {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const buildkit = fakeBuildKit(stdin, stdout, () => pong());
  closing.push(() => buildkit.close());
  const words = await firstWords();
  stdout.write(words);
  // The answer is there before anybody can read it.
  await once(stdin, "readable");
  expect(buildkit.calls).toEqual(["Ping"]);

  const connection = new StdioConnection(stdin, stdout, words);
  closing.push(() => connection.close());
  await connection.callAhead(bridgeService.ping.path);
  expect((await connection.call(bridgeService.ping.path, new Uint8Array(), never)).kind).toBe("message");
  expect(buildkit.calls).toEqual(["Ping"]);
  for (const _ of [1, 2]) await connection.call(bridgeService.ping.path, new Uint8Array(), never);
  expect(buildkit.calls).toEqual(["Ping", "Ping", "Ping"]);
});

test("other words than those that were sent break the connection, as does its end", async () => {
  const words = await firstWords();
  words.writeUInt8(0xff, words.length - 1);
  const other = new StdioConnection(new PassThrough(), new PassThrough(), words);
  closing.push(() => other.close());
  const reply = await other.call(bridgeService.ping.path, new Uint8Array(), never);
  expect(reply).toMatchObject({ kind: "broken", error: { message: expect.stringContaining("sent ahead") } });

  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const ended = new StdioConnection(stdin, stdout, await firstWords());
  closing.push(() => ended.close());
  stdin.end();
  expect((await ended.call(bridgeService.ping.path, new Uint8Array(), never)).kind).toBe("broken");
});

async function firstWords(): Promise<Buffer> {
  const output = new PassThrough();
  const connection = new StdioConnection(new PassThrough(), output);
  closing.push(() => connection.close());
  void connection.callAhead(bridgeService.ping.path);
  return await readFirstWords(output);
}
