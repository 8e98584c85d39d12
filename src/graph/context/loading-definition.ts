import { type MarshalResult, marshal } from "../../llb/marshal.ts";
import { MarshalError } from "../../llb/marshal-error.ts";
import type { Edge } from "../../llb/vertex.ts";
import { invalidOption } from "../config/invalid-option.ts";
import type { ContextSite } from "./context-build.ts";
import { gatewayCaps } from "./gateway-caps.ts";

/**
 * Marshals what loads files for the frontend itself, as BuildKit does it: with the capabilities of the gateway, or, for
 * the ignore files of named contexts (`unknownCaps`), with none known.
 * @throws InvalidDockerfile without a place, for options that are not valid UTF-8
 */
export function loadingDefinition(edge: Edge, site: ContextSite, unknownCaps = false): MarshalResult {
  try {
    return marshal(edge, {
      platform: site.buildPlatform,
      // Stands in local sources whose session was said to be none.
      localUniqueId: site.sessionId,
      ...(unknownCaps ? {} : { caps: gatewayCaps }),
    });
  } catch (error) {
    if (!(error instanceof MarshalError)) throw error;
    throw invalidOption(`a file, a context or the session has a bad name in the options: ${error.message}`);
  }
}
