import { createHash, type Hash } from "node:crypto";

/** The hash that belongs to a digest (`sha256:…`, `sha384:…`, `sha512:…`: see `isDigest`). */
export function hashFor(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(":")));
}

/** Whether the digest is that of the content. */
export function hasDigest(content: Uint8Array, digest: string): boolean {
  return isDigestOf(hashFor(digest).update(content), digest);
}

/** Whether the digest is that of all that went into the hash. */
export function isDigestOf(hash: Hash, digest: string): boolean {
  return hash.digest("hex") === digest.slice(digest.indexOf(":") + 1);
}
