import {
  type Metadata,
  type ServerDuplexStream,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from "@grpc/grpc-js";

/** The stream of bytes that DiffCopy is to grpc-js. */
export type DiffCopyCall = ServerDuplexStream<Uint8Array, Uint8Array>;

/** Sends one message; `done` is called when its memory is free, and never if the call is over before. */
export type Send = (message: Uint8Array, done: () => void) => void;

/** The calls below grpc-js's streams, by the metadata that both have. */
const calls = new WeakMap<Metadata, ServerInterceptingCallInterface>();

/**
 * For the server of a session: lets {@link sendOf} reach below the streams of DiffCopy. Those hold each message back
 * until the one before it has left for the socket, which with tens of thousands of small messages is most of the time.
 */
export const keepDiffCopyCalls: ServerInterceptor = ({ path }, call) =>
  path.endsWith("/DiffCopy")
    ? new ServerInterceptingCall(call, {
        start: (next) =>
          next({
            onReceiveMetadata(metadata, pass) {
              calls.set(metadata, call);
              pass(metadata);
            },
          }),
      })
    : new ServerInterceptingCall(call);

/** How to send on a call: directly where the server was set up for it, else by its stream. */
export function sendOf(call: DiffCopyCall): Send {
  const direct = calls.get(call.metadata);
  return direct === undefined
    ? (message, done) => call.write(message, done)
    : (message, done) => direct.sendMessage(message, done);
}
