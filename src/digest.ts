import { hash } from "node:crypto";

/** The OCI digest of some bytes or UTF-8 text: `sha256:` and 64 hexadecimal digits. */
export function digestOf(content: Uint8Array | string): string {
  return `sha256:${hash("sha256", content, "hex")}`;
}
