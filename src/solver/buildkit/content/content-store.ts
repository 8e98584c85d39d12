import { createReadStream } from "node:fs";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Metadata, status } from "@grpc/grpc-js";
import Long from "long";
import { errnoOf, errnoText } from "../../../errno.ts";
import { Failure } from "../../../failure.ts";
import type { Attachable, AttachableContext } from "../attachable.ts";
import type { content } from "../proto/gen/buildkit.js";
import { contentService } from "../session-services.ts";
import { type CallStatus, streamHandler } from "../stream-handler.ts";
import { StatusError } from "../unary-handler.ts";
import { blobPath, type ContentFolder, sizeOfBlob } from "./content-folder.ts";
import { type WriteCall, writeBlob } from "./write-blob.ts";

/** Bytes of one message of a read. */
const chunkSize = 1 << 20;

/** The header in which the worker says which store it means. */
const storeHeader = "buildkit-attachable-store-id";

/** How a worker calls a store of ours: an OCI layout to read images from, a local cache, or the place of an export. */
export const storeName = {
  layout: (id: string) => `oci:${id}`,
  cache: (id: string) => `local:${id}`,
  export: "export",
};

type Call<Request> = { readonly request: Request; readonly metadata: Metadata };
type Answer<Response> = (error: CallStatus | null, response?: Response) => void;
type ReadCall = Writable & Call<content.ReadContentRequest> & { readonly cancelled: boolean };

/**
 * containerd's content service over folders on this machine, by the name that the worker has for each. Blobs can be
 * looked up, read and, in the folders that say so, added; nothing can be changed or deleted. What is not there is
 * NOT_FOUND. What is read the worker verifies against the digest that it asked for, what is written we do.
 *
 * What cannot be written is reported as `export-failed`.
 */
export function contentStore(stores: ReadonlyMap<string, ContentFolder>, context: AttachableContext): Attachable {
  const writing = streamHandler(
    context.signal,
    async (call: WriteCall) => {
      const folder = folderOf(stores, call.metadata);
      if (!folder.writable) throw new StatusError(status.PERMISSION_DENIED, "nothing can be added to this store");
      await reporting(folder, writeBlob(call, folder), context);
    },
    asStatus,
  );
  return {
    definition: contentService,
    implementation: {
      Info: (call: Call<content.InfoRequest>, answer: Answer<content.InfoResponse.$Properties>) => {
        info(stores, call).then(
          (response) => answer(null, response),
          (error: unknown) => answer(asStatus(error)),
        );
      },
      Read: (call: ReadCall) => {
        read(stores, call, context.signal).catch((error: unknown) => {
          if (!call.cancelled) call.emit("error", asStatus(error));
        });
      },
      Write: writing.handle,
      // A write that ended without a commit has left nothing.
      Abort: (_call: unknown, answer: Answer<content.Empty.$Properties>) => answer(null, {}),
    },
    close: writing.idle,
  };
}

async function info(
  stores: ReadonlyMap<string, ContentFolder>,
  { request: { digest }, metadata }: Call<content.InfoRequest>,
): Promise<content.InfoResponse.$Properties> {
  const size = await sizeOfBlob(folderOf(stores, metadata), digest);
  if (size === undefined) throw new StatusError(status.NOT_FOUND, `there is no blob ${digest}`);
  return { info: { digest, size: Long.fromNumber(size) } };
}

async function read(stores: ReadonlyMap<string, ContentFolder>, call: ReadCall, signal: AbortSignal): Promise<void> {
  const { digest, offset, size } = call.request;
  const path = blobPath(folderOf(stores, call.metadata), digest);
  const start = Math.max(0, offset.toNumber());
  const end = size.toNumber() > 0 ? { end: start + size.toNumber() - 1 } : {};
  const blob = createReadStream(path, { start, ...end, highWaterMark: chunkSize });
  await pipeline(Readable.from(messages(blob, start)), call, { signal });
}

async function* messages(blob: AsyncIterable<Buffer>, start: number) {
  let at = start;
  for await (const data of blob) {
    yield { offset: Long.fromNumber(at), data };
    at += data.length;
  }
}

async function reporting(folder: ContentFolder, writing: Promise<void>, context: AttachableContext): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (errnoOf(error) !== undefined && !context.signal.aborted) {
      context.report(
        new Failure("export-failed", `cannot write into ${folder.path}: ${errnoText(error)}`, {
          remedy: "Choose a folder that can be written, with room on its disk.",
          cause: error,
        }),
      );
    }
    throw error;
  }
}

function folderOf(stores: ReadonlyMap<string, ContentFolder>, metadata: Metadata): ContentFolder {
  const [name] = metadata.get(storeHeader);
  const folder = stores.get(String(name));
  if (folder === undefined)
    throw new StatusError(status.NOT_FOUND, `there is no store ${JSON.stringify(String(name))}`);
  return folder;
}

function asStatus(error: unknown): CallStatus {
  if (error instanceof StatusError) return { code: error.code, details: error.message };
  return errnoOf(error) === "ENOENT"
    ? { code: status.NOT_FOUND, details: "the folder lacks this blob" }
    : { code: status.UNKNOWN, details: `the client's folder cannot be used: ${errnoText(error)}` };
}
