import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import Long from "long";
import { content } from "../proto/gen/buildkit.js";
import { StatusError } from "../unary-handler.ts";
import { type ContentFolder, sizeOfBlob } from "./content-folder.ts";
import { IncomingBlob } from "./incoming-blob.ts";

export type WriteCall = ServerDuplexStream<content.WriteContentRequest, content.WriteContentResponse.$Properties>;

/**
 * One Write call of containerd's content service: requests that ask for the state of a blob (STAT), add to it (WRITE)
 * and finish it (COMMIT), each answered. A blob that is there already is ALREADY_EXISTS, which tells the sender that it
 * need not bother. What is not committed leaves nothing.
 */
export async function writeBlob(call: WriteCall, folder: ContentFolder): Promise<void> {
  let blob: IncomingBlob | undefined;
  try {
    // Leaving the loop must not destroy the call: its answer or its error is still to be sent.
    const requests: AsyncIterable<content.WriteContentRequest> = call.iterator({ destroyOnReturn: false });
    for await (const request of requests) {
      if (request.expected !== "" && (await sizeOfBlob(folder, request.expected)) !== undefined) {
        throw new StatusError(status.ALREADY_EXISTS, `the blob ${request.expected} is there already`);
      }
      if (blob === undefined && request.ref === "") {
        throw new StatusError(status.INVALID_ARGUMENT, "the first message of a write has no reference");
      }
      blob ??= await IncomingBlob.open(folder);
      if (request.action !== content.WriteAction.STAT) await takeIn(blob, request);
      call.write(stateOf(blob, request));
      if (request.action === content.WriteAction.COMMIT) break;
    }
  } finally {
    await blob?.discard();
  }
}

async function takeIn(blob: IncomingBlob, request: content.WriteContentRequest): Promise<void> {
  const offset = request.offset.toNumber();
  if (offset === 0 && blob.size > 0) await blob.restart();
  if (offset !== blob.size) {
    throw new StatusError(status.OUT_OF_RANGE, `a write at ${offset}, where ${blob.size} bytes are there`);
  }
  await blob.append(request.data);
  if (request.action === content.WriteAction.COMMIT) await blob.commit(request.total.toNumber(), request.expected);
}

function stateOf(
  blob: IncomingBlob,
  { action, total }: content.WriteContentRequest,
): content.WriteContentResponse.$Properties {
  return { action, offset: Long.fromNumber(blob.size), total, digest: blob.digest };
}
