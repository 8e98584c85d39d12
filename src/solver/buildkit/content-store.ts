import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Metadata, status } from "@grpc/grpc-js";
import Long from "long";
import type { Attachable, AttachableContext } from "./attachable.ts";
import type { content } from "./proto/gen/buildkit.js";
import { contentService } from "./session-services.ts";
import { StatusError } from "./unary-handler.ts";

/** Bytes of one message of a read. */
const chunkSize = 1 << 20;

/** The header in which the worker says which store it means, and what it puts before the names of layouts. */
const storeHeader = { name: "buildkit-attachable-store-id", layoutPrefix: "oci:" };

type Call<Request> = { readonly request: Request; readonly metadata: Metadata };
type Answer<Response> = (error: { code: status; details: string } | null, response?: Response) => void;
type ReadCall = Writable & Call<content.ReadContentRequest> & { readonly cancelled: boolean };

/**
 * containerd's content service over OCI layouts on this machine, by store name; read-only. What is not there is
 * NOT_FOUND. The worker verifies what it reads against the digest that it asked for.
 */
export function contentStore(layouts: ReadonlyMap<string, string>, context: AttachableContext): Attachable {
  return {
    definition: contentService,
    implementation: {
      Info: (call: Call<content.InfoRequest>, answer: Answer<content.InfoResponse.$Properties>) => {
        const { digest } = call.request;
        sizeOf(layouts, call.metadata, digest).then(
          (size) => answer(null, { info: { digest, size: Long.fromNumber(size) } }),
          (error: unknown) => answer(asStatus(error)),
        );
      },
      Read: (call: ReadCall) => {
        read(layouts, call, context.signal).catch((error: unknown) => {
          if (!call.cancelled) call.emit("error", asStatus(error));
        });
      },
    },
  };
}

async function sizeOf(layouts: ReadonlyMap<string, string>, metadata: Metadata, digest: string): Promise<number> {
  return (await stat(blobPath(layouts, metadata, digest))).size;
}

async function read(layouts: ReadonlyMap<string, string>, call: ReadCall, signal: AbortSignal): Promise<void> {
  const { digest, offset, size } = call.request;
  const start = Math.max(0, offset.toNumber());
  const end = size.toNumber() > 0 ? { end: start + size.toNumber() - 1 } : {};
  const blob = createReadStream(blobPath(layouts, call.metadata, digest), { start, ...end, highWaterMark: chunkSize });
  await pipeline(Readable.from(messages(blob, start)), call, { signal });
}

async function* messages(blob: AsyncIterable<Buffer>, start: number) {
  let at = start;
  for await (const data of blob) {
    yield { offset: Long.fromNumber(at), data };
    at += data.length;
  }
}

function blobPath(layouts: ReadonlyMap<string, string>, metadata: Metadata, digest: string): string {
  const [store] = metadata.get(storeHeader.name);
  const folder = layouts.get(String(store).slice(storeHeader.layoutPrefix.length));
  const [, algorithm, hex] = /^([a-z0-9]+):([0-9a-f]+)$/.exec(digest) ?? [];
  if (folder === undefined || algorithm === undefined || hex === undefined) {
    throw new StatusError(status.NOT_FOUND, `there is no ${digest} in the store ${store}`);
  }
  return join(folder, "blobs", algorithm, hex);
}

function asStatus(error: unknown): { code: status; details: string } {
  if (error instanceof StatusError) return { code: error.code, details: error.message };
  const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
  return missing
    ? { code: status.NOT_FOUND, details: "the OCI layout lacks this blob" }
    : { code: status.UNKNOWN, details: "the OCI layout cannot be read" };
}
