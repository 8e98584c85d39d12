import { csvFields } from "../csv-fields.ts";
import { formatReference, parseImageReference, withDefaultTag } from "../image-reference.ts";

/** The scanner that writes an SBOM, and what it is told. */
export interface SbomRequest {
  /** A full reference: `docker.io/docker/buildkit-syft-scanner:stable-1`. */
  readonly generator: string;
  /** By name; the scanner finds them in its environment. */
  readonly parameters: ReadonlyMap<string, string>;
}

const usualGenerator = "docker/buildkit-syft-scanner:stable-1";

/** The SBOM that the options ask for; they are well-formed, which the compile has seen to. */
export function sbomRequest(options: ReadonlyMap<string, string>): SbomRequest | undefined {
  const value = optionOf(options);
  if (value === undefined) return undefined;
  let generator = usualGenerator;
  const parameters = new Map<string, string>();
  for (const field of value === "" ? [] : (csvFields(value) ?? [])) {
    const equals = field.indexOf("=");
    const [name, text] = equals < 0 ? [field, ""] : [field.slice(0, equals), field.slice(equals + 1)];
    if (name === "generator") generator = text;
    else parameters.set(name, text);
  }
  const reference = parseImageReference(generator);
  if (reference === undefined) throw new Error(`the generator "${generator}" was not checked`);
  return { generator: formatReference(withDefaultTag(reference)), parameters };
}

function optionOf(options: ReadonlyMap<string, string>): string | undefined {
  for (const [key, value] of options) {
    const kind = /^(?:attest:|build-arg:BUILDKIT_ATTEST_)(.*)$/s.exec(key)?.[1];
    if (kind?.toLowerCase() === "sbom") return value;
  }
  return undefined;
}
