import { csvFields } from "../../csv-fields.ts";
import { parseImageReference } from "../../image-reference.ts";
import { invalidOption } from "./invalid-option.ts";

/**
 * Checks the options that ask for attestations (`attest:sbom`, `attest:provenance`, and the build arguments of the same
 * meaning) as BuildKit's frontend does. They are carried out by the worker.
 * @throws InvalidDockerfile without a place
 */
export function checkAttestations(options: ReadonlyMap<string, string>): void {
  for (const [key, value] of options) {
    const kind = /^(?:attest:|build-arg:BUILDKIT_ATTEST_)(.*)$/s.exec(key)?.[1]?.toLowerCase();
    if (kind === undefined) continue;
    if (kind !== "sbom" && kind !== "provenance") {
      throw invalidOption(`"${kind}" is no kind of attestation: there are sbom and provenance`);
    }
    const fields = value === "" ? [] : csvFields(value);
    if (fields === undefined) throw invalidOption(`the attestation ${kind} has the options ${value}, which are no CSV`);
    if (kind === "sbom") checkGenerator(fields);
  }
}

function checkGenerator(fields: readonly string[]): void {
  // Of several the last counts.
  const generator = fields.findLast((field) => field === "generator" || field.startsWith("generator="));
  const image = generator?.slice("generator=".length);
  if (image === undefined || parseImageReference(image) !== undefined) return;
  throw invalidOption(`the generator of the SBOM is "${image}", which is no image name`);
}
