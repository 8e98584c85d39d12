import { csvFields } from "../../csv-fields.ts";
import type { Ulimit } from "../../llb/vertex.ts";
import { parseInt64 } from "../go-numbers.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";

/**
 * Limits of processes as `name=soft[:hard]`, in CSV; -1 is no limit.
 * @throws InvalidDockerfile without a place.
 */
export function parseUlimits(text: string): readonly Ulimit[] {
  if (text === "") return [];
  const fields = csvFields(text);
  if (fields === undefined) throw invalid(text, "write it as name=soft:hard");
  return fields.map(parseUlimit);
}

const names = new Set(
  "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack".split(" "),
);

function parseUlimit(field: string): Ulimit {
  const equals = field.indexOf("=");
  const name = field.slice(0, Math.max(equals, 0));
  if (!names.has(name)) throw invalid(field, `the limits are ${[...names].join(", ")}`);
  const values = field.slice(equals + 1).split(":");
  const soft = parseInt64(values[0] ?? "");
  const hard = values.length === 2 ? parseInt64(values[1] ?? "") : soft;
  if (values.length > 2 || soft === undefined || hard === undefined) throw invalid(field, "write it as name=soft:hard");
  if (hard !== -1n && (soft === -1n || soft > hard)) throw invalid(field, "the soft limit is above the hard one");
  return { name, soft, hard };
}

function invalid(field: string, reason: string): InvalidDockerfile {
  return new InvalidDockerfile("invalid-option", `the ulimit "${field}" is not valid: ${reason}`, { placeless: true });
}
