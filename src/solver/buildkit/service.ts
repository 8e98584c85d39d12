import type { MethodDefinition } from "@grpc/grpc-js";

/** What the wire needs of a generated protobuf class: static `encode` and `decode`. */
export interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

/**
 * A gRPC method as both sides of grpc-js take it, at `path` (`/package.Service/Method`).
 *
 * The caller's side is typed by the generated `$Properties` (any field may be left out), the side that reads by the
 * generated class (every field is there).
 */
export function unary<Request, Response>(path: string, request: Codec<Request>, response: Codec<Response>) {
  return method(path, request, response, { requestStream: false, responseStream: false });
}

/** A method that answers one request with a stream. */
export function serverStream<Request, Response>(path: string, request: Codec<Request>, response: Codec<Response>) {
  return method(path, request, response, { requestStream: false, responseStream: true });
}

/** A method with streams both ways. */
export function duplexStream<Request, Response>(path: string, request: Codec<Request>, response: Codec<Response>) {
  return method(path, request, response, { requestStream: true, responseStream: true });
}

/** Messages that stay bytes: where one path carries two kinds of message, or where a copy per message counts. */
export const rawBytes: Codec<Uint8Array> = {
  encode: (message) => ({ finish: () => message }),
  decode: (bytes) => bytes,
};

function method<Request, Response>(
  path: string,
  request: Codec<Request>,
  response: Codec<Response>,
  streams: { readonly requestStream: boolean; readonly responseStream: boolean },
): MethodDefinition<Request, Response> {
  return {
    path,
    ...streams,
    requestSerialize: (message) => toBuffer(request.encode(message).finish()),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (message) => toBuffer(response.encode(message).finish()),
    responseDeserialize: (bytes) => response.decode(bytes),
  };
}

/** The same memory as a Buffer, which grpc-js insists on. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
