import { UsageError } from "../usage-error.ts";
import { parseBoolean, parseFields } from "./key-values.ts";

/** The flags that ask for attestations, as typed. */
export interface AttestationFlags {
  readonly attest: readonly string[];
  readonly provenance?: string;
  readonly sbom?: string;
}

/**
 * Attestations by type: their attributes, true for the defaults, false for none. `--attest` comes before the short
 * forms, and the first of a type counts. BUILDX_NO_DEFAULT_ATTESTATIONS leaves out those that nobody asked for.
 */
export function parseAttestations(
  { attest, provenance = "", sbom = "" }: AttestationFlags,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | boolean>> {
  const wanted = new Map<string, string | boolean>();
  const add = (type: string, value: string | boolean): void => {
    if (!wanted.has(type)) wanted.set(type, value);
  };
  for (const use of attest) add(...readAttestation(use));
  if (provenance !== "") add("provenance", shortValue("--provenance", provenance));
  if (sbom !== "") add("sbom", shortValue("--sbom", sbom));
  if (parseBoolean(env.BUILDX_NO_DEFAULT_ATTESTATIONS ?? "") === true) add("provenance", false);
  return Object.fromEntries(wanted);
}

function readAttestation(use: string): readonly [type: string, value: string | boolean] {
  let type = "";
  let isDisabled = false;
  const attributes: string[] = [];
  for (const field of parseFields("--attest", use)) {
    const equals = field.indexOf("=");
    const key = field.slice(0, Math.max(0, equals)).trim().toLowerCase();
    const value = field.slice(equals + 1);
    if (equals === -1) throw new UsageError(`--attest ${use}: ${JSON.stringify(field)} is not of the form key=value.`);
    if (key === "type") type = value;
    else if (key === "disabled") isDisabled = booleanOf(`--attest ${use}`, value);
    else attributes.push(field);
  }
  if (type !== "provenance" && type !== "sbom") {
    throw new UsageError(`--attest ${use}: a type is needed, type=provenance or type=sbom.`);
  }
  return [type, isDisabled ? false : joined(attributes)];
}

/** `true`, `false`, or attributes. */
function shortValue(flag: string, text: string): string | boolean {
  const isOn = parseBoolean(text);
  if (isOn !== undefined) return isOn;
  const fields = parseFields(flag, text);
  const wrong = fields.find((field) => !field.includes("="));
  if (wrong !== undefined) {
    throw new UsageError(`${flag} ${text}: true, false or attributes are needed, as mode=max.`);
  }
  return joined(fields);
}

function booleanOf(flag: string, text: string): boolean {
  const value = parseBoolean(text);
  if (value === undefined) throw new UsageError(`${flag}: disabled is true or false.`);
  return value;
}

function joined(fields: readonly string[]): string | boolean {
  if (fields.length === 0) return true;
  return fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}
