import type { MethodDefinition } from "@grpc/grpc-js";

/** The part of a generated protobuf class that the wire needs. `Fields` may be written, `Message` is what is read. */
export interface MessageType<Fields, Message extends Fields = Fields & object> {
  encode(message: Fields): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

/** A gRPC method as both sides of grpc-js take it. */
export type Method<Request, Response> = MethodDefinition<Request, Response>;

/** The description of the unary method at `path` (`/package.Service/Method`). */
export function unary<Request, Response>(
  path: string,
  request: MessageType<Request, Request & object>,
  response: MessageType<Response, Response & object>,
): Method<Request, Response> {
  return method(path, request, response, { requestStream: false, responseStream: false });
}

/** A method that answers one request with a stream. */
export function serverStream<Request, Response>(
  path: string,
  request: MessageType<Request, Request & object>,
  response: MessageType<Response, Response & object>,
): Method<Request, Response> {
  return method(path, request, response, { requestStream: false, responseStream: true });
}

/** A method with streams both ways. */
export function duplexStream<Request, Response>(
  path: string,
  request: MessageType<Request, Request & object>,
  response: MessageType<Response, Response & object>,
): Method<Request, Response> {
  return method(path, request, response, { requestStream: true, responseStream: true });
}

/**
 * A method with streams both ways whose messages stay bytes: where one path carries two kinds of message
 * (FileSend.DiffCopy), or where a copy per message counts.
 */
export function byteStream(path: string): Method<Uint8Array, Uint8Array> {
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: toBuffer,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: toBuffer,
    responseDeserialize: (bytes) => bytes,
  };
}

function method<Request, Response>(
  path: string,
  request: MessageType<Request, Request & object>,
  response: MessageType<Response, Response & object>,
  streams: { readonly requestStream: boolean; readonly responseStream: boolean },
): Method<Request, Response> {
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
