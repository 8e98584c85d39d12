import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openSession } from "../../../src/solver/buildkit/session.ts";
import { upload } from "../../../src/solver/buildkit/upload.ts";
import { listen } from "../../loopback.ts";

/** A socket on which the worker has already begun to speak. */
async function eagerTunnel(): Promise<Socket> {
  const port = await listen(createServer((socket) => socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")));
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  await once(socket, "readable");
  return socket;
}

test("a session may end as soon as it began, with what the worker said unread", async () => {
  const signal = new AbortController().signal;
  const left = new PassThrough();
  const attachables = [upload(new Map([["a", left]]), { signal, report: () => {} })];
  const tunnel = await eagerTunnel();
  expect(tunnel.readableLength).toBeGreaterThan(0);
  const session = await openSession(
    { openTunnel: async () => tunnel },
    { id: "a", name: "test", sharedKey: "", attachables, signal },
  );
  await Promise.all([session.close(), session.close()]);
  // Node would throw in a tick of its own.
  await setImmediate();
  expect([left.destroyed, tunnel.destroyed]).toEqual([true, true]);
});
