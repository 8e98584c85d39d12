import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { MessageReader } from "./message-reader.ts";
import { decodeDetails, RpcError } from "./rpc-error.ts";

/** Who hears what comes of a call. */
export interface CallListener {
  /** One message; its memory is a part of what came over the wire. */
  readonly message: (message: Uint8Array) => void;
  /** The last that is heard, once: how the call failed, if it did. */
  readonly end: (error: RpcError | undefined) => void;
}

/** Codes of google.rpc.Code. */
export const codes = {
  cancelled: 1,
  unknown: 2,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
};

/** Reads what a worker answers to a call, to its end. `isLost` tells whether the connection is why a call broke off. */
export function readCall(stream: ClientHttp2Stream, listener: CallListener, isLost: () => boolean): void {
  let status: (IncomingHttpHeaders & IncomingHttpStatusHeader) | undefined;
  let broken: Error | undefined;
  let isOver = false;
  const end = (error: RpcError | undefined) => {
    if (isOver) return;
    isOver = true;
    listener.end(error);
  };
  const refuse = () => {
    stream.close(constants.NGHTTP2_CANCEL);
    end(new RpcError(codes.resourceExhausted, "the answer is larger than max, which is 16 MiB"));
  };
  const reader = new MessageReader((message) => {
    if (!isOver) listener.message(message);
  }, refuse);
  stream.on("response", (headers) => {
    // What fails at once has its status here, and no message and trailers.
    if (headers["grpc-status"] !== undefined || headers[":status"] !== 200) status = headers;
  });
  stream.on("trailers", (trailers) => {
    status = trailers;
  });
  stream.on("data", (chunk: Buffer) => {
    // What comes with another status than that of HTTP's success is a page for people.
    if (!isOver && status?.[":status"] === undefined) reader.add(chunk);
  });
  stream.on("end", () => {
    if (status !== undefined) end(failureIn(status));
  });
  stream.on("error", (error) => {
    broken = error;
  });
  stream.on("close", () => {
    if (status !== undefined) end(failureIn(status));
    else if (isLost()) end(new RpcError(codes.unavailable, "Connection dropped", [], { cause: broken }));
    else end(resetBy(stream.rstCode, broken));
  });
}

function failureIn(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): RpcError | undefined {
  const code = textOf(headers["grpc-status"]);
  if (code === "0") return undefined;
  if (!/^\d+$/.test(code)) return withoutStatus(headers[":status"]);
  const details = decodeDetails(Buffer.from(textOf(headers["grpc-status-details-bin"]), "base64"));
  return new RpcError(Number(code), decodeMessage(textOf(headers["grpc-message"])), details);
}

/** As gRPC has clients take a status of HTTP where there is none of its own. */
function withoutStatus(status: number | undefined): RpcError {
  const known: Readonly<Record<number, number>> = {
    400: codes.internal,
    401: codes.unauthenticated,
    403: codes.permissionDenied,
    404: codes.unimplemented,
    429: codes.unavailable,
    502: codes.unavailable,
    503: codes.unavailable,
    504: codes.unavailable,
  };
  if (status === undefined) return new RpcError(codes.unknown, "the answer has no status");
  return new RpcError(known[status] ?? codes.unknown, `Received HTTP status code ${status}`);
}

/** A call that ended without a status, by what HTTP/2 says of its end. */
function resetBy(code: number | undefined, cause: Error | undefined): RpcError {
  switch (code) {
    case constants.NGHTTP2_REFUSED_STREAM:
      return new RpcError(codes.unavailable, "Stream refused by server", [], { cause });
    case constants.NGHTTP2_CANCEL:
      return new RpcError(codes.cancelled, "Call cancelled", [], { cause });
    case constants.NGHTTP2_ENHANCE_YOUR_CALM:
      return new RpcError(codes.resourceExhausted, "Bandwidth exhausted or memory limit exceeded", [], { cause });
    case constants.NGHTTP2_INADEQUATE_SECURITY:
      return new RpcError(codes.permissionDenied, "Protocol not secure enough", [], { cause });
    default:
      return new RpcError(codes.internal, `the call was broken off (HTTP/2 code ${code})`, [], { cause });
  }
}

function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === "string" ? value : (value?.[0] ?? "");
}

/** Messages are percent-encoded UTF-8; one that is not stays as it came. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
