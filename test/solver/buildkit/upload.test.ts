import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import type { Failure } from "../../../src/failure.ts";
import type { common } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import { uploadService } from "../../../src/solver/buildkit/session-services.ts";
import { upload } from "../../../src/solver/buildkit/upload.ts";
import { serveAttachable } from "../ask-attachable.ts";

test("what was read elsewhere is sent whole, in messages of a size that any worker takes, and once", async () => {
  const content = Buffer.alloc((5 << 20) + 7, "0123456789");
  const { begin } = await serve({ a: from([content.subarray(0, 10), content.subarray(10)]) });
  const { pieces, error } = await read(begin("a"));
  expect(error).toBeUndefined();
  expect(Buffer.concat(pieces).equals(content)).toBe(true);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(1 << 20);
  for (const id of ["a", "b", "", "__proto__"]) {
    expect((await read(begin(id))).error?.code).toBe(status.NOT_FOUND);
  }
});

test("a source that fails is told here, and to the worker", async () => {
  const { begin, reported } = await serve({ a: broken() });
  const { error } = await read(begin("a"));
  expect(error).toMatchObject({ code: status.UNAVAILABLE, details: expect.stringContaining("the pipe broke") });
  expect(reported).toMatchObject([{ code: "context-unreadable" }]);
});

test.each([
  ["stream", () => new PassThrough()],
  ["generator", () => silent()],
])("a %s of which nothing comes holds up neither the end of the job nor of the call", async (_, source) => {
  for (const whoEnds of ["job", "worker"]) {
    const { begin, job, attachable, reported } = await serve({ a: startedBy(source()), never: source() });
    const call = begin("a");
    const ended = read(call);
    await once(call, "data");
    if (whoEnds === "job") job.abort();
    else call.cancel();
    await attachable.close?.();
    call.cancel();
    expect((await ended).error?.code).toBe(status.CANCELLED);
    expect(reported).toEqual([]);
  }
});

async function serve(uploads: Readonly<Record<string, AsyncIterable<Uint8Array>>>) {
  const job = new AbortController();
  const reported: Failure[] = [];
  const context = { signal: job.signal, report: (failure: Failure) => reported.push(failure) };
  const attachable = upload(new Map(Object.entries(uploads)), context);
  const client = await serveAttachable(attachable);
  const { path, requestSerialize, responseDeserialize } = uploadService.Pull;
  const begin = (id: string) => {
    const metadata = new Metadata();
    metadata.set("urlpath", `/${id}`);
    return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
  };
  return { attachable, job, reported, begin };
}

function read(call: Readable): Promise<{ readonly pieces: readonly Buffer[]; readonly error?: ServiceError }> {
  const pieces: Buffer[] = [];
  return new Promise((resolve) => {
    call.on("data", ({ data }: common.BytesMessage) => pieces.push(Buffer.from(data)));
    call.once("error", (error: ServiceError) => resolve({ pieces, error }));
    call.once("end", () => resolve({ pieces }));
  });
}

async function* from(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("beginning");
  throw new Error("the pipe broke");
}

async function* silent(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {});
  yield Buffer.from("never");
}

function startedBy(source: PassThrough | AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  if (!(source instanceof PassThrough)) return start(source);
  source.write("start");
  return source;
}

async function* start(rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from("start");
  yield* rest;
}
