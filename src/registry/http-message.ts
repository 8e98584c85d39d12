/** A request to a registry or to its token server. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** How long the server may say nothing, milliseconds; 30 seconds when absent. */
  readonly patience?: number | undefined;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are looked up; by default the process's own variables. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** An answer of any status. Its body is to be read or discarded: the connection is held until then. */
export interface HttpResponse {
  /** Where it came from: after redirects, another address than was asked. */
  readonly url: URL;
  readonly status: number;
  readonly statusText: string;
  /** Status 200 to 299. */
  readonly ok: boolean;
  /** Undefined when absent; what came several times is joined by commas. */
  header(name: string): string | undefined;
  /** The body as it comes, once; rejects with a system error, or with the reason of the signal. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** The whole body; rejects with BodyTooLong beyond `limit` bytes, else as `chunks` does. */
  bytes(limit: number): Promise<Uint8Array>;
  /** The body as JSON; rejects when it is none, or longer than a mebibyte. */
  json(): Promise<unknown>;
  /** Lets go of the body; never rejects. */
  discard(): Promise<void>;
}

/** A body that is longer than whoever reads it wants. */
export class BodyTooLong extends Error {
  override readonly name = "BodyTooLong";
}
