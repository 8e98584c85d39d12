import type { CapSet } from "../../llb/caps.ts";

/**
 * The capabilities that BuildKit marshals its own file loading with: those of the gateway, among which no capability
 * of an op is ever found. Knowing them to be absent is not the same as not knowing.
 */
export const gatewayCaps: CapSet = { has: () => false };
