import { csvFields } from "../../csv-fields.ts";
import type { ExtraHost } from "../../llb/vertex.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { normalizeIp } from "./ip-address.ts";

/**
 * Entries for the hosts file of RUN steps as `name=address`, in CSV; all in lower case.
 * @throws InvalidDockerfile without a place.
 */
export function parseExtraHosts(text: string): readonly ExtraHost[] {
  if (text === "") return [];
  const fields = csvFields(text);
  if (fields === undefined) throw invalid(text);
  return fields.map((field) => {
    const lower = field.toLowerCase();
    const equals = lower.indexOf("=");
    const ip = equals < 0 ? undefined : normalizeIp(lower.slice(equals + 1));
    if (ip === undefined) throw invalid(field);
    return { host: lower.slice(0, equals), ip };
  });
}

function invalid(field: string): InvalidDockerfile {
  const message = `the extra host "${field}" is not valid: write it as name=address, such as db=10.0.0.5`;
  return new InvalidDockerfile("invalid-option", message, { placeless: true });
}
