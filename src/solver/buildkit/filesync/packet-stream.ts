import { status } from "@grpc/grpc-js";
import { headSize, putHead, type RawCall } from "../raw-call.ts";

/** One DiffCopy call of the worker's: messages of bytes both ways, and an end that carries a status. */
export interface PacketStream {
  /** Aborts when the worker takes the call back, and when the job ends. */
  readonly signal: AbortSignal;
  /** What the worker sends, until it ends its side; throws CallOver when the call is taken back. To be read once. */
  readonly messages: AsyncGenerator<Uint8Array>;
  /**
   * Sends a message, together with others of the same turn: `put` writes it, at most `room` bytes of it, from `at` on and
   * gives its end. When it throws, nothing is sent.
   * @returns a promise to wait for before sending more, when enough is under way; it rejects on abort.
   */
  write(room: number, put: (bytes: Buffer, at: number) => number): Promise<void> | undefined;
  /** Sends a message that is there already, in the same way. */
  send(message: Uint8Array): Promise<void> | undefined;
  /** Sends whole messages with their heads, in memory that nobody writes to again; a promise is as that of `write`. */
  sendKept(framed: Uint8Array): Promise<void> | undefined;
  /**
   * Sends the message that the buffer holds from `start` on, and waits until its memory is free. Before it, there have
   * to be as many bytes to write to as a head takes.
   */
  flush(buffer: Buffer, start: number, end: number): Promise<void>;
  /** Ends the call well. */
  end(): void;
  /** Ends the call with an error that the worker shows. */
  fail(code: status, message: string): void;
}

export function packetStream(call: RawCall, jobSignal: AbortSignal): PacketStream {
  const over = new AbortController();
  const signal = over.signal;
  const fail = (code: status, details: string) => {
    batch.leave();
    call.end(code, details);
  };
  const abort = () => {
    over.abort();
    for (const giveUp of waiting) giveUp();
    waiting.clear();
  };
  const abortWithJob = () => {
    fail(status.CANCELLED, "the build was cancelled");
    abort();
  };
  let underWay = 0;
  let room: Promise<void> | undefined;
  let roomMade = () => {};
  const waiting = new Set<() => void>();
  /** Rejects when the call is over before `begin` calls back. */
  const untilOver = (begin: (resolve: () => void) => void) =>
    new Promise<void>((resolve, reject) => {
      const giveUp = () => reject(new CallOver());
      if (signal.aborted) return giveUp();
      waiting.add(giveUp);
      begin(() => {
        waiting.delete(giveUp);
        resolve();
      });
    });
  const transmit = (framed: Uint8Array, done: () => void) => {
    underWay += framed.length;
    call.send(framed, () => {
      underWay -= framed.length;
      if (underWay < sendAhead) roomMade();
      done();
    });
  };
  const batch = new Batch(transmit);
  const pause = () => {
    if (underWay < sendAhead) return undefined;
    room ??= untilOver((resolve) => {
      roomMade = resolve;
    }).finally(() => {
      room = undefined;
    });
    return room;
  };
  const write: PacketStream["write"] = (size, put) => {
    if (signal.aborted) throw new CallOver();
    batch.add(size, put);
    return pause();
  };
  jobSignal.addEventListener("abort", abortWithJob, { once: true });
  call.onClose(() => {
    abort();
    jobSignal.removeEventListener("abort", abortWithJob);
  });
  if (jobSignal.aborted) abortWithJob();

  return {
    signal,
    messages: readAll(call, signal),
    write,
    send: (message) =>
      write(message.length, (bytes, at) => {
        bytes.set(message, at);
        return at + message.length;
      }),
    sendKept(framed) {
      if (signal.aborted) throw new CallOver();
      batch.leave();
      transmit(framed, () => {});
      return pause();
    },
    flush(buffer, start, end) {
      return untilOver((resolve) => {
        batch.leave();
        putHead(buffer, start - headSize, end - start);
        transmit(buffer.subarray(start - headSize, end), resolve);
      });
    },
    end() {
      batch.leave();
      call.end(status.OK, "");
    },
    fail,
  };
}

/** So much is on its way before a sender has to wait, in bytes. */
const sendAhead = 512 * 1024;
/** So much memory is taken at a time for small messages, in bytes. */
const batchSize = 128 * 1024;

/** Messages that leave together: at the end of a turn of the program, or when enough are there. */
class Batch {
  readonly #transmit: (framed: Uint8Array, done: () => void) => void;
  readonly #free: Buffer[] = [];
  #bytes: Buffer | undefined;
  #end = 0;

  constructor(transmit: (framed: Uint8Array, done: () => void) => void) {
    this.#transmit = transmit;
  }

  add(room: number, put: (bytes: Buffer, at: number) => number): void {
    if (this.#end > 0 && this.#end + headSize + room > batchSize) this.leave();
    if (this.#end === 0) queueMicrotask(() => this.leave());
    this.#bytes ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(batchSize);
    // What is larger than a batch has memory of its own.
    if (headSize + room > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(headSize + room);
    const start = this.#end + headSize;
    const end = put(this.#bytes, start);
    putHead(this.#bytes, this.#end, end - start);
    this.#end = end;
  }

  leave(): void {
    const bytes = this.#bytes;
    if (bytes === undefined || this.#end === 0) return;
    const framed = bytes.subarray(0, this.#end);
    this.#bytes = undefined;
    this.#end = 0;
    this.#transmit(framed, () => {
      if (bytes.length === batchSize) this.#free.push(bytes);
    });
  }
}

/** So much is taken in before it is asked for, in bytes. */
const readAhead = 1024 * 1024;

async function* readAll(call: RawCall, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let arrived: Uint8Array[] = [];
  let bytes = 0;
  let isPaused = false;
  let ended = false;
  let isOver = false;
  let wake = () => {};
  const take = (message: Uint8Array) => {
    if (isOver) return;
    arrived.push(message);
    bytes += message.length;
    if (bytes >= readAhead && !isPaused) {
      isPaused = true;
      call.pause();
    }
    wake();
  };
  const end = () => {
    ended = true;
    wake();
  };
  const resume = () => {
    isPaused = false;
    call.resume();
  };
  const abort = () => wake();
  call.receive(take, end);
  signal.addEventListener("abort", abort, { once: true });
  try {
    for (;;) {
      const messages = arrived;
      arrived = [];
      for (const message of messages) {
        if (signal.aborted) throw new CallOver();
        bytes -= message.length;
        if (isPaused && bytes < readAhead) resume();
        yield message;
      }
      if (signal.aborted) throw new CallOver();
      if (arrived.length > 0) continue;
      if (ended) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal.removeEventListener("abort", abort);
    // What still comes is of no use, but must not dam up.
    isOver = true;
    arrived = [];
    resume();
  }
}

/** The worker, or our own job, gave the call up: nobody waits for what it would have brought. */
export class CallOver extends Error {
  override readonly name = "CallOver";

  constructor() {
    super("the call was cancelled");
  }
}
