import type { Server } from "@grpc/grpc-js";

/**
 * A file sync call has one header per pattern of an ignore file, and Node refuses more than 128 headers (and 64 KiB of
 * them). grpc-js hands its options for the HTTP/2 server on as they are but lets nobody add to them; a test holds this.
 */
export function liftHeaderLimits(server: Server): void {
  // biome-ignore lint/complexity/useLiteralKeys: a private field, which TypeScript lets through in this form only
  Object.assign(server["commonServerOptions"], {
    maxHeaderListPairs: 1 << 20,
    settings: { maxHeaderListSize: 16 << 20 },
  });
}
