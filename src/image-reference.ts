/** A reference to an image: `domain/path:tag@digest`. Empty fields are "not given". */
export interface ImageReference {
  /** Empty only in references that were read without the rules for short names. */
  readonly domain: string;
  readonly path: string;
  readonly tag: string;
  readonly digest: string;
}

/**
 * Reads a reference with Docker's rules for short names: `alpine` is `docker.io/library/alpine`. No tag is added.
 * Undefined for what is no reference.
 */
export function parseImageReference(text: string): ImageReference | undefined {
  // What most names look like, without the walk through the whole grammar.
  const simple = text.length < 64 ? simplePattern.exec(text) : null;
  if (simple !== null) {
    return { domain: defaultDomain, path: `${officialPrefix}${simple[1]}`, tag: simple[2] ?? "", digest: "" };
  }
  if (identifierPattern.test(text)) return undefined;
  const [domain, remainder] = splitDomain(text);
  const colon = remainder.indexOf(":");
  const name = colon < 0 ? remainder : remainder.slice(0, colon);
  return name.toLowerCase() === name ? parseFullReference(`${domain}/${remainder}`) : undefined;
}

/** Reads a reference as it stands: no domain is added. Undefined for what is no reference. */
export function parseFullReference(text: string): ImageReference | undefined {
  const match = referencePattern.exec(text);
  if (match === null) return undefined;
  const [, domain = "", path = "", tag = "", digest = ""] = match;
  if (path.length > longestPath || (digest !== "" && !isDigest(digest))) return undefined;
  return { domain, path, tag, digest };
}

/** The reference with the tag `latest` where it has neither tag nor digest. */
export function withDefaultTag(reference: ImageReference): ImageReference {
  return reference.tag === "" && reference.digest === "" ? { ...reference, tag: "latest" } : reference;
}

/** `domain/path` alone. */
export function nameOfReference(reference: ImageReference): string {
  return reference.domain === "" ? reference.path : `${reference.domain}/${reference.path}`;
}

/** The whole reference as text. */
export function formatReference(reference: ImageReference): string {
  return nameOfReference(reference) + suffix(reference);
}

/** The reference as people write it: without `docker.io` and `library`. */
export function formatShortReference(reference: ImageReference): string {
  if (reference.domain !== defaultDomain) return formatReference(reference);
  const official = reference.path.startsWith(officialPrefix) ? reference.path.slice(officialPrefix.length) : undefined;
  const path = official === undefined || official.includes("/") ? reference.path : official;
  return path + suffix(reference);
}

/** Whether the text is a digest of an algorithm that OCI registers (`sha256:` and 64 hexadecimal digits, …). */
export function isDigest(text: string): boolean {
  const colon = text.indexOf(":");
  const digits = digestLengths.get(text.slice(0, colon));
  return digits !== undefined && text.length === colon + 1 + digits && hexPattern.test(text.slice(colon + 1));
}

const defaultDomain = "docker.io";
const formerDomain = "index.docker.io";
const officialPrefix = "library/";
const longestPath = 255;
const digestLengths = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);
const hexPattern = /^[a-f0-9]+$/;
const simplePattern = /^([a-z0-9]+(?:[._-][a-z0-9]+)*)(?::(\w[\w.-]*))?$/;
const identifierPattern = /^[a-f0-9]{64}$/;

const domainComponent = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const host = `(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pathComponent = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const tag = "\\w[\\w.-]{0,127}";
const digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const referencePattern = new RegExp(
  `^(?:(${host})/)?(${pathComponent}(?:/${pathComponent})*)(?::(${tag}))?(?:@(${digest}))?$`,
);

function suffix(reference: ImageReference): string {
  return (reference.tag === "" ? "" : `:${reference.tag}`) + (reference.digest === "" ? "" : `@${reference.digest}`);
}

function splitDomain(text: string): readonly [string, string] {
  const slash = text.indexOf("/");
  if (slash < 0) return [defaultDomain, officialPrefix + text];
  const first = text.slice(0, slash);
  const rest = text.slice(slash + 1);
  if (first === formerDomain || first === defaultDomain)
    return [defaultDomain, rest.includes("/") ? rest : officialPrefix + rest];
  const isDomain = first === "localhost" || /[.:]/.test(first) || first.toLowerCase() !== first;
  return isDomain ? [first, rest] : [defaultDomain, text];
}
