import { resolve } from "node:path";
import { isRemoteAddress } from "../solver/remote-address.ts";
import type { ContextInput } from "../solver/solve-options.ts";

/** By which the builds of one context are found: its folder or address; empty for none, `-` for standard input. */
export function contextName(input: ContextInput): string {
  if (typeof input !== "string" && "archive" in input) return "-";
  const context = typeof input === "string" ? input : (input.context ?? "");
  return context === "" || isRemoteAddress(context) ? context : resolve(context);
}
