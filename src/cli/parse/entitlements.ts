import { UsageError } from "../usage-error.ts";

const known = ["network.host", "security.insecure", "device"];

/** The uses of `--allow`: what the steps of a build may do beyond the usual. */
export function parseEntitlements(uses: readonly string[]): readonly string[] {
  const entitlements = uses.filter((use) => use !== "");
  for (const use of entitlements) {
    const isDevice = use.startsWith("device=");
    if (!isDevice && !known.includes(use)) {
      throw new UsageError(`--allow ${use}: there is nothing of the name; there are ${known.join(", ")}.`);
    }
  }
  return entitlements;
}
