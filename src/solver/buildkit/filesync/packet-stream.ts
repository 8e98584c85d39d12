import { status } from "@grpc/grpc-js";
import { type DiffCopyCall, sendOf } from "./direct-send.ts";

/** One DiffCopy call of the worker's: messages of bytes both ways, and an end that carries a status. */
export interface PacketStream {
  /** Aborts when the worker takes the call back, and when the job ends. */
  readonly signal: AbortSignal;
  /** What the worker sends, until it ends its side; throws CallOver when the call is taken back. To be read once. */
  readonly messages: AsyncGenerator<Uint8Array>;
  /** @returns a promise to wait for before sending more, when enough is under way; it rejects on abort. */
  send(message: Uint8Array): Promise<void> | undefined;
  /** Sends, and waits until the message is on its way and its memory free. */
  flush(message: Uint8Array): Promise<void>;
  /** Ends the call well. */
  end(): void;
  /** Ends the call with an error that the worker shows. */
  fail(code: status, message: string): void;
}

export function packetStream(call: DiffCopyCall, jobSignal: AbortSignal): PacketStream {
  const over = new AbortController();
  const signal = over.signal;
  let underWay = 0;
  let room: Promise<void> | undefined;
  let roomMade = () => {};
  const fail = (code: status, details: string) => {
    if (!signal.aborted) call.emit("error", Object.assign(new Error(details), { code, details }));
  };
  const abort = () => over.abort();
  const abortWithJob = () => {
    fail(status.CANCELLED, "the build was cancelled");
    abort();
  };
  call.once("cancelled", abort);
  call.once("close", () => {
    abort();
    jobSignal.removeEventListener("abort", abortWithJob);
  });
  jobSignal.addEventListener("abort", abortWithJob, { once: true });
  if (call.cancelled) abort();
  if (jobSignal.aborted) abortWithJob();

  const transmit = sendOf(call);
  const put = (message: Uint8Array, done: () => void) => {
    if (signal.aborted) throw new CallOver();
    const weight = message.length + messageWeight;
    underWay += weight;
    transmit(message, () => {
      underWay -= weight;
      if (underWay < sendAhead) roomMade();
      done();
    });
  };

  return {
    signal,
    messages: readAll(call, signal),
    send(message) {
      put(message, () => {});
      if (underWay < sendAhead) return undefined;
      room ??= untilAborted(signal, (resolve) => {
        roomMade = resolve;
      }).finally(() => {
        room = undefined;
      });
      return room;
    },
    flush: async (message) => untilAborted(signal, (resolve) => put(message, resolve)),
    end() {
      if (!signal.aborted) call.end();
    },
    fail,
  };
}

/** So much is on its way before a sender has to wait, in bytes. */
const sendAhead = 512 * 1024;
/** What a message counts for besides its bytes, so that a thousand empty files do not go without a pause. */
const messageWeight = 512;

/** Rejects with CallOver when the signal aborts before `begin` calls back. */
function untilAborted(signal: AbortSignal, begin: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new CallOver());
    signal.addEventListener("abort", abort, { once: true });
    begin(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    });
  });
}

/** So much is taken in before it is asked for, in bytes. */
const readAhead = 1024 * 1024;

/**
 * Not the stream's own iterator: that destroys the stream when the call is failed while it waits, and then the worker
 * never hears of it.
 */
async function* readAll(call: DiffCopyCall, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const arrived: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  let wake = () => {};
  const take = (message: Uint8Array) => {
    arrived.push(message);
    bytes += message.length;
    if (bytes >= readAhead) call.pause();
    wake();
  };
  const end = () => {
    ended = true;
    wake();
  };
  const abort = () => wake();
  call.on("data", take);
  call.once("end", end);
  signal.addEventListener("abort", abort, { once: true });
  try {
    for (;;) {
      const message = arrived.shift();
      if (signal.aborted) throw new CallOver();
      if (message !== undefined) {
        bytes -= message.length;
        if (bytes < readAhead && call.isPaused()) call.resume();
        yield message;
      } else if (ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener("abort", abort);
    call.off("end", end);
    call.off("data", take);
    // What still comes is of no use, but must not dam up.
    call.resume();
  }
}

/** The worker, or our own job, gave the call up: nobody waits for what it would have brought. */
export class CallOver extends Error {
  override readonly name = "CallOver";

  constructor() {
    super("the call was cancelled");
  }
}
