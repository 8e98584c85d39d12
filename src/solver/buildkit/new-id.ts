import { randomBytes } from "node:crypto";

/** An id of the kind that BuildKit makes for sessions and builds. */
export function newId(): string {
  const digits = BigInt(`0x${randomBytes(17).toString("hex")}`).toString(36);
  return digits.slice(-25).padStart(25, "0");
}
