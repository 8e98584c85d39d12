import { randomBytes } from "node:crypto";

/** A name for a file that is not whole yet; it stands beside the one that it becomes. */
export function tempName(): string {
  return `.llbc-${randomBytes(8).toString("hex")}.tmp`;
}
