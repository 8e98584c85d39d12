import { Failure } from "../failure.ts";
import { fieldOf, recordOf } from "./json-fields.ts";

/** Which sources a build may use, and what they become. Of the rules that match a source the last decides. */
export interface SourcePolicy {
  readonly version?: number | undefined;
  readonly rules: readonly SourceRule[];
}

/** A rule of a source policy: which sources it is about, and whether they are allowed, refused, or replaced. */
export interface SourceRule {
  readonly action: "ALLOW" | "DENY" | "CONVERT";
  readonly selector: {
    /** Such as `docker-image://docker.io/library/alpine:*`. */
    readonly identifier: string;
    /** How the identifier is meant; WILDCARD by default. */
    readonly matchType?: "WILDCARD" | "EXACT" | "REGEX" | undefined;
    readonly constraints?: readonly AttrConstraint[] | undefined;
  };
  /** What a CONVERT makes of the source. */
  readonly updates?:
    | { readonly identifier?: string | undefined; readonly attrs?: Readonly<Record<string, string>> | undefined }
    | undefined;
}

/** Narrows a rule to sources with such an attribute. */
export interface AttrConstraint {
  readonly key: string;
  readonly value: string;
  /** EQUAL by default. */
  readonly condition?: "EQUAL" | "NOTEQUAL" | "MATCHES" | undefined;
}

/**
 * Reads a policy as BuildKit writes it in JSON. Throws a Failure `usage` that names the rule which is wrong; unknown
 * fields are refused, too: a rule that was only half understood could let through what it should not.
 */
export function parseSourcePolicy(text: string): SourcePolicy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid("it is not JSON");
  }
  onlyFields(value, ["version", "rules"], "the policy");
  const version = fieldOf(value, "version");
  if (version !== undefined && typeof version !== "number") throw invalid("its version is not a number");
  return { version, rules: listOf(fieldOf(value, "rules"), "its rules").map(readRule) };
}

function readRule(value: unknown, index: number): SourceRule {
  const where = `rule ${index + 1}`;
  onlyFields(value, ["action", "selector", "updates"], where);
  const selector = fieldOf(value, "selector");
  onlyFields(selector, ["identifier", "match_type", "matchType", "constraints"], `the selector of ${where}`);
  const updates = fieldOf(value, "updates");
  return {
    action: oneOf(actions, fieldOf(value, "action") ?? "ALLOW", where),
    selector: {
      identifier: textOf(fieldOf(selector, "identifier"), where),
      matchType: oneOf(
        matchTypes,
        fieldOf(selector, "match_type") ?? fieldOf(selector, "matchType") ?? "WILDCARD",
        where,
      ),
      constraints: listOf(fieldOf(selector, "constraints"), where).map((constraint) =>
        readConstraint(constraint, where),
      ),
    },
    ...(updates === undefined ? {} : { updates: readUpdates(updates, where) }),
  };
}

const actions = ["ALLOW", "DENY", "CONVERT"] as const;
const matchTypes = ["WILDCARD", "EXACT", "REGEX"] as const;
const conditions = ["EQUAL", "NOTEQUAL", "MATCHES"] as const;

function readConstraint(value: unknown, where: string): AttrConstraint {
  onlyFields(value, ["key", "value", "condition"], `a constraint of ${where}`);
  return {
    key: textOf(fieldOf(value, "key"), where),
    value: textOf(fieldOf(value, "value"), where),
    condition: oneOf(conditions, fieldOf(value, "condition") ?? "EQUAL", where),
  };
}

function readUpdates(value: unknown, where: string) {
  onlyFields(value, ["identifier", "attrs"], `the updates of ${where}`);
  const attrs = Object.entries(recordOf(fieldOf(value, "attrs"))).map(([key, text]) => [key, textOf(text, where)]);
  return { identifier: textOf(fieldOf(value, "identifier"), where), attrs: Object.fromEntries(attrs) };
}

function onlyFields(value: unknown, known: readonly string[], what: string): void {
  const strange = Object.keys(recordOf(value)).find((name) => !known.includes(name));
  if (strange !== undefined) throw invalid(`${what} has the field ${JSON.stringify(strange)}, which is unknown`);
}

/** A name, in any case, or the number that stands for it. */
function oneOf<Name extends string>(names: readonly Name[], value: unknown, where: string): Name {
  const found = typeof value === "number" ? names[value] : names.find((name) => name === String(value).toUpperCase());
  if (found !== undefined) return found;
  throw invalid(`${where} says ${JSON.stringify(value)}, where there are ${names.join(", ")}`);
}

function textOf(value: unknown, where: string): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  throw invalid(`${where} has ${JSON.stringify(value)} in place of a text`);
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw invalid(`${what} are not a list`);
}

function invalid(why: string): Failure {
  return new Failure("usage", `the source policy cannot be read: ${why}`, {
    remedy: 'Write {"rules": [{"action": "DENY", "selector": {"identifier": "docker-image://…"}}]}.',
  });
}
