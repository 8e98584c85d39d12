import { csvFields } from "../csv-fields.ts";
import { Failure } from "../failure.ts";
import type { SolveOptions } from "./solve-options.ts";

/**
 * The options of BuildKit's frontend that ask for attestations. Where nothing is said of provenance and the worker can
 * attest, images get a minimal one, where it can be a part of them: as buildx does it. A definition that was given as it
 * is gets only what is asked for.
 *
 * Throws a Failure: `usage` for attributes that cannot be read, `capability-missing` where some are asked for and the
 * worker has no attestations.
 */
export function attestationOptions(
  { attestations = {} }: Pick<SolveOptions, "attestations">,
  workerAttests: boolean,
  isDefinition: boolean,
): ReadonlyMap<string, string> {
  const wanted = new Map(Object.entries(attestations));
  const options = new Map<string, string>();
  for (const [type, value] of wanted) {
    if (value === false) continue;
    if (!workerAttests) throw cannotAttest(type);
    options.set(`attest:${type}`, attributes(type, value === true ? "" : value));
  }
  if (!wanted.has("provenance") && workerAttests && !isDefinition)
    options.set("attest:provenance", "mode=min,inline-only=true");
  return options;
}

/** `type=…` and the attributes in the order of their names, as one line of CSV. */
function attributes(type: string, text: string): string {
  const fields = text === "" ? [] : csvFields(text);
  if (fields?.every((field) => field.includes("=")) !== true) {
    throw new Failure(
      "usage",
      `the attestation ${type} has the attributes ${JSON.stringify(text)}, which are no list`,
      {
        remedy: "Say key=value,key=value.",
      },
    );
  }
  const named = new Map(fields.map((field) => [field.slice(0, field.indexOf("=")), field]));
  const sorted = [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, field]) => field);
  return [`type=${type}`, ...sorted].map(quoted).join(",");
}

function quoted(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function cannotAttest(type: string): Failure {
  return new Failure("capability-missing", `the worker cannot attest, and ${type} was asked for`, {
    remedy:
      "Use a worker of BuildKit 0.11 or newer; in a Docker engine, turn on the containerd image store (features.containerd-snapshotter).",
  });
}
