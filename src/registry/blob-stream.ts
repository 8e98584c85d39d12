import { pause } from "../pause.ts";
import { type Asker, ask, type Question, wrongContent } from "./ask.ts";
import { connectionFailure } from "./connection-failure.ts";
import { hashFor, isDigestOf } from "./digest-check.ts";
import type { HttpResponse } from "./http-message.ts";
import { TryAgain } from "./retry.ts";

/** What names some content. */
export interface ContentName {
  readonly digest: string;
  /** Bytes; undefined where it is not known. */
  readonly size?: number | undefined;
}

/** A blob whose first bytes are on their way: to be iterated, once, to its end or until `return`. */
export interface OpenBlob {
  readonly chunks: AsyncGenerator<Uint8Array>;
}

/**
 * Opens a blob. The iteration takes a broken connection up where it broke, and ends with a Failure `image-unresolved` when
 * the content is longer than `limit` bytes or is not what its name says.
 */
export async function openBlob(asker: Asker, question: Question, name: ContentName, limit: number): Promise<OpenBlob> {
  const first = await request(asker, question, name.digest, 0);
  return { chunks: verified(asker, question, name, limit, first) };
}

async function* verified(
  asker: Asker,
  question: Question,
  name: ContentName,
  limit: number,
  first: Part,
): AsyncGenerator<Uint8Array> {
  const wrong = (why: string) => wrongContent(question.endpoint, question.what, `its part ${name.digest} ${why}`);
  const longest = Math.min(limit, name.size ?? limit);
  const hash = hashFor(name.digest);
  let offset = 0;
  let part: Part | undefined = first;
  // In a row, without anything that came in between.
  let breaks = 0;
  while (part !== undefined) {
    const begin = offset;
    try {
      for await (const chunk of part.chunks()) {
        offset += chunk.length;
        if (offset > longest) throw wrong(`has more than ${longest} bytes`);
        hash.update(chunk);
        yield chunk;
      }
      part = undefined;
    } catch (error) {
      if (offset > begin) breaks = 0;
      await pauseAfterBreak(error, question, breaks++);
      part = await request(asker, question, name.digest, offset);
    }
  }
  if (name.size !== undefined && offset !== name.size) throw wrong(`has ${offset} bytes instead of ${name.size}`);
  if (!isDigestOf(hash, name.digest)) throw wrong("is not the content that has this digest");
}

interface Part {
  chunks(): AsyncGenerator<Uint8Array>;
}

/** The blob from `offset` on. */
function request(asker: Asker, question: Question, digest: string, offset: number): Promise<Part> {
  const headers: Readonly<Record<string, string>> = offset === 0 ? {} : { Range: `bytes=${offset}-` };
  return ask(asker, { ...question, path: `blobs/${digest}`, headers }, async (response) => {
    if (offset === 0) return response;
    // Who does not know Range sends it all.
    if (response.status !== 206) return { chunks: () => skipBytes(response, offset) };
    if (response.header("content-range")?.startsWith(`bytes ${offset}-`) === true) return response;
    await response.discard();
    throw wrongContent(question.endpoint, question.what, `it does not send ${digest} from byte ${offset} on, as asked`);
  });
}

async function* skipBytes(response: HttpResponse, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of response.chunks()) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** Rejects with what it is if this is no break that may be mended, or one too many. */
async function pauseAfterBreak(error: unknown, question: Question, breaks: number): Promise<void> {
  const { endpoint, what, waits, signal } = question;
  if (signal?.aborted === true) throw signal.reason;
  const failure = connectionFailure(error, endpoint, { what, deed: "read from" });
  if (!(failure instanceof TryAgain)) throw failure;
  const wait = waits[breaks];
  if (wait === undefined) throw failure.failure;
  await pause(wait, signal);
}
