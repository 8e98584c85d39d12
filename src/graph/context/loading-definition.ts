import { type MarshalResult, marshal } from "../../llb/marshal.ts";
import type { Edge } from "../../llb/vertex.ts";
import type { ContextSite } from "./context-build.ts";
import { gatewayCaps } from "./gateway-caps.ts";

/**
 * Marshals what loads files for the frontend itself, as BuildKit does it: with the capabilities of the gateway, or, for
 * the ignore files of named contexts (`unknownCaps`), with none known.
 */
export function loadingDefinition(edge: Edge, site: ContextSite, unknownCaps = false): MarshalResult {
  return marshal(edge, {
    platform: site.buildPlatform,
    // Stands in local sources whose session was said to be none.
    localUniqueId: site.sessionId,
    ...(unknownCaps ? {} : { caps: gatewayCaps }),
  });
}
