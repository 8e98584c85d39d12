import { Failure } from "../failure.ts";
import { Unsupported } from "./unsupported.ts";

/** What this frontend offers to those who start it, by the names of the option `frontend.caps`. */
export const frontendCaps = [
  "moby.buildkit.frontend.inputs",
  "moby.buildkit.frontend.subrequests",
  "moby.buildkit.frontend.contexts",
  "moby.buildkit.frontend.gitquerystring",
] as const;

/**
 * What of the option `frontend.caps` this frontend lacks. `forward` says that another frontend, named by a syntax line,
 * may still take the build.
 */
export function missingFrontendCap(
  option: string | undefined,
): { readonly failure: Failure; readonly forward: boolean } | undefined {
  if (option === undefined || option === "") return undefined;
  let missing: Failure | undefined;
  for (const wanted of option.split(",")) {
    const name = wanted.split("+", 1)[0] ?? "";
    if (frontendCaps.some((cap) => cap === name)) continue;
    missing = new Failure(
      "capability-missing",
      `unsupported frontend capability ${name}: the build needs it, and this frontend does not have it`,
      { cause: new Unsupported("frontend-cap", name) },
    );
    if (!wanted.includes("+forward")) return { failure: missing, forward: false };
  }
  return missing === undefined ? undefined : { failure: missing, forward: true };
}
