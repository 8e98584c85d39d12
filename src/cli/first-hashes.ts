import * as crypto from "node:crypto";
import { sha256 } from "./sha256.ts";

/** What is hashed in JavaScript before node:crypto is worth loading, in bytes. */
const worthLoading = 32 * 1024;

let hashed = 0;

/** For those who load node:crypto anyway, as the way to a worker does: then it hashes best from the first byte on. */
export function hashByNode(): void {
  hashed = worthLoading;
}

/**
 * The command line's stand-in for `hash` of node:crypto, for SHA-256 in hexadecimal: that module and the streams it
 * brings take longer to load than the few kilobytes of a small build take to hash without it.
 */
export function hash(algorithm: "sha256", content: Uint8Array | string, encoding: "hex"): string {
  hashed += content.length;
  if (hashed > worthLoading) return crypto.hash(algorithm, content, encoding);
  return sha256(typeof content === "string" ? Buffer.from(content) : content);
}
