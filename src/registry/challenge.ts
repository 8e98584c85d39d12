/** What a registry wants to be shown: the part of `WWW-Authenticate` that we can answer. */
export type Challenge =
  | { readonly kind: "basic" }
  | {
      readonly kind: "bearer";
      /** The address of the token server. */
      readonly realm: string;
      readonly service: string;
      readonly scopes: readonly string[];
    };

/**
 * Reads `WWW-Authenticate`, which may hold several challenges. A token is preferred to a password; undefined where
 * there is neither. Never throws.
 */
export function parseChallenge(header: string): Challenge | undefined {
  const challenges = split(header);
  const realm = challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm"))?.parameters;
  if (realm !== undefined) {
    return {
      kind: "bearer",
      realm: realm.get("realm") ?? "",
      service: realm.get("service") ?? "",
      scopes: (realm.get("scope") ?? "").split(" ").filter((scope) => scope !== ""),
    };
  }
  return challenges.some(({ scheme }) => scheme === "basic") ? { kind: "basic" } : undefined;
}

interface Part {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/** Sticky, so that each character is looked at once. */
const token = /[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)/y;
const value = /\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/y;

function split(header: string): readonly Part[] {
  const parts: Part[] = [];
  let position = 0;
  while (position < header.length) {
    token.lastIndex = position;
    const name = token.exec(header)?.[1]?.toLowerCase();
    if (name === undefined) break;
    position = token.lastIndex;
    value.lastIndex = position;
    const found = value.exec(header);
    if (found === null) {
      parts.push({ scheme: name, parameters: new Map() });
      continue;
    }
    position = value.lastIndex;
    parts.at(-1)?.parameters.set(name, found[1]?.replace(/\\(.)/gs, "$1") ?? found[2] ?? "");
  }
  return parts;
}
