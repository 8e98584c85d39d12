import { isIPv6 } from "../ip-address.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";

/**
 * A web address as Go's `net/url` reads it. Node's `URL` will not do: it repairs, lowers, re-escapes and normalises,
 * and the text that comes out is part of vertex digests.
 */
export interface GoUrl {
  /** In lower case; empty where the text has none. */
  readonly scheme: string;
  /** What follows the scheme where that is no slash (`mailto:a`), unparsed. */
  readonly opaque: string;
  /** Decoded; the password is absent where no colon introduces one. */
  readonly user: { readonly name: string; readonly password?: string } | undefined;
  /** Host and port, decoded. */
  readonly host: string;
  /** Decoded. */
  readonly path: string;
  /** The path as written, where escaping `path` anew would not give that back; else empty. */
  readonly rawPath: string;
  /** Without the question mark, still escaped. */
  readonly query: string;
  /** A question mark with nothing behind it. */
  readonly emptyQuery: boolean;
  /** Decoded. */
  readonly fragment: string;
}

/** Reads an address, or says in a few words why Go would not. */
export function parseGoUrl(text: string): GoUrl | { readonly problem: string } {
  const [body, escapedFragment] = cut(text, "#");
  try {
    const url = parseWithoutFragment(body);
    return escapedFragment === "" ? url : { ...url, fragment: decode(escapedFragment, "fragment") };
  } catch (error) {
    if (error instanceof MalformedUrl) return { problem: error.message };
    throw error;
  }
}

/** The address as text, without query (but for a lone question mark) and fragment. */
export function formatGoUrl(url: GoUrl): string {
  const tail = url.emptyQuery ? "?" : "";
  const scheme = url.scheme === "" ? "" : `${url.scheme}:`;
  if (url.opaque !== "") return `${scheme}${url.opaque}${tail}`;
  const path = escapedPath(url);
  if (scheme === "" && url.host === "" && url.user === undefined) {
    // A colon in the first element would read as a scheme.
    return `${cut(path, "/")[0].includes(":") ? "./" : ""}${path}${tail}`;
  }
  const authority = `${formatUser(url.user)}${encode(url.host, "host")}`;
  const slashes = url.host !== "" || url.path !== "" || url.user !== undefined ? "//" : "";
  const separator = path !== "" && !path.startsWith("/") && url.host !== "" ? "/" : "";
  return `${scheme}${slashes}${authority}${separator}${path}${tail}`;
}

/**
 * The pairs of a query by key, in order of appearance; `undefined` if any is malformed and `strict`, else malformed
 * ones are dropped.
 */
export function parseGoQuery(query: string, strict = false): ReadonlyMap<string, readonly string[]> | undefined {
  const values = new Map<string, string[]>();
  if (query === "") return values;
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    try {
      if (pair.includes(";")) throw new MalformedUrl("a semicolon separates nothing in a query");
      const [escapedKey, escapedValue] = cut(pair, "=");
      const key = decode(escapedKey, "query");
      const value = decode(escapedValue, "query");
      const known = values.get(key);
      if (known === undefined) values.set(key, [value]);
      else known.push(value);
    } catch (error) {
      if (!(error instanceof MalformedUrl)) throw error;
      if (strict) return undefined;
    }
  }
  return values;
}

/** Never leaves this file. */
class MalformedUrl extends Error {}

/** The parts of an address differ in which characters may stand there unescaped. */
type Part = "path" | "user" | "host" | "zone" | "query" | "fragment";

const noUrl: GoUrl = {
  scheme: "",
  opaque: "",
  user: undefined,
  host: "",
  path: "",
  rawPath: "",
  query: "",
  emptyQuery: false,
  fragment: "",
};

function parseWithoutFragment(text: string): GoUrl {
  if (/[\0-\x1f\x7f]/.test(text)) throw new MalformedUrl("it contains a control character");
  if (text === "*") return { ...noUrl, path: "*" };
  const [scheme, afterScheme] = splitScheme(text);
  const emptyQuery = afterScheme.indexOf("?") === afterScheme.length - 1 && afterScheme !== "";
  const [rest, query] = emptyQuery ? [afterScheme.slice(0, -1), ""] : cut(afterScheme, "?");
  const common = { ...noUrl, scheme, query, emptyQuery };
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...common, opaque: rest };
    if (cut(rest, "/")[0].includes(":")) throw new MalformedUrl("its first path element contains a colon");
  }
  if (!rest.startsWith("//") || (scheme === "" && rest.startsWith("///"))) return { ...common, ...parsePath(rest) };
  const slash = rest.indexOf("/", 2);
  const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash);
  return { ...common, ...parseAuthority(authority), ...parsePath(slash === -1 ? "" : rest.slice(slash)) };
}

function splitScheme(text: string): readonly [string, string] {
  const colon = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(text)?.[0];
  if (colon !== undefined) return [colon.slice(0, -1).toLowerCase(), text.slice(colon.length)];
  if (text.startsWith(":")) throw new MalformedUrl("its scheme is missing");
  return ["", text];
}

function parsePath(escaped: string): Pick<GoUrl, "path" | "rawPath"> {
  const path = decode(escaped, "path");
  return { path, rawPath: encode(path, "path") === escaped ? "" : escaped };
}

function parseAuthority(authority: string): Pick<GoUrl, "user" | "host"> {
  const at = authority.lastIndexOf("@");
  const host = parseHost(authority.slice(at + 1));
  if (at === -1) return { user: undefined, host };
  const userinfo = authority.slice(0, at);
  if (!/^[A-Za-z0-9._:~!$&'()*+,;=%@-]*$/.test(userinfo)) throw new MalformedUrl("its user part is malformed");
  const [name, password] = cut(userinfo, ":");
  if (!userinfo.includes(":")) return { user: { name: decode(name, "user") }, host };
  return { user: { name: decode(name, "user"), password: decode(password, "user") }, host };
}

function parseHost(host: string): string {
  const open = host.lastIndexOf("[");
  if (open > 0) throw new MalformedUrl("its address in brackets is malformed");
  if (open === 0) return parseBracketedHost(host);
  const colon = host.indexOf(":");
  if (colon !== -1) checkPort(host.slice(colon));
  return decode(host, "host");
}

function parseBracketedHost(host: string): string {
  const close = host.lastIndexOf("]");
  if (close === -1) throw new MalformedUrl("a closing bracket is missing in its host");
  const port = host.slice(close + 1);
  checkPort(port);
  const name = host.slice(1, close);
  const zone = name.indexOf("%25");
  const decoded =
    zone === -1 ? decode(name, "host") : decode(name.slice(0, zone), "host") + decode(name.slice(zone), "zone");
  const [address, zoneName] = cut(decoded, "%");
  if (!isIPv6(address) || (decoded.includes("%") && zoneName === "")) {
    throw new MalformedUrl("its address in brackets is no IPv6 address");
  }
  return `[${decoded}]${port}`;
}

function checkPort(port: string): void {
  if (!/^(:[0-9]*)?$/.test(port)) throw new MalformedUrl(`its port "${port.slice(1)}" is no number`);
}

function escapedPath(url: GoUrl): string {
  // Brackets may stay as they were written, though they would be escaped anew.
  if (url.rawPath !== "" && /^[A-Za-z0-9._~!$&'()*+,;=:@[\]%/-]*$/.test(url.rawPath)) return url.rawPath;
  return url.path === "*" ? "*" : encode(url.path, "path");
}

function formatUser(user: GoUrl["user"]): string {
  if (user === undefined) return "";
  const password = user.password === undefined ? "" : `:${encode(user.password, "user")}`;
  return `${encode(user.name, "user")}${password}@`;
}

/** What stands unescaped in each part besides letters, digits and `-_.~`. */
const literal: { readonly [part in Part]: string } = {
  path: "$&+,/:;=@",
  user: "$&+,;=",
  host: "!$&'()*+,;=:[]<>\"",
  zone: "!$&'()*+,;=:[]<>\"",
  query: "",
  fragment: "$&+,/:;=?@!()*",
};

function needsEscape(char: string, part: Part): boolean {
  return !/[A-Za-z0-9._~-]/.test(char) && !literal[part].includes(char);
}

function encode(text: string, part: Part): string {
  if (/^[A-Za-z0-9._~-]*$/.test(text)) return text;
  let out = "";
  for (const byte of encodeUtf8(text)) {
    const char = String.fromCharCode(byte);
    out += byte < 0x80 && !needsEscape(char, part) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

function decode(text: string, part: Part): string {
  if (part === "host" || part === "zone") checkHostCharacters(text, part);
  if (!text.includes("%")) return part === "query" ? text.replaceAll("+", " ") : text;
  const malformed = /%(?![0-9A-Fa-f]{2})/.exec(text);
  if (malformed !== null) throw new MalformedUrl(`"${text.slice(malformed.index, malformed.index + 3)}" is no escape`);
  const spaced = part === "query" ? text.replaceAll("+", " ") : text;
  // Neighbouring escapes are the bytes of one character.
  return spaced.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => decodeUtf8(Buffer.from(run.replaceAll("%", ""), "hex")));
}

/** In a host only what is not ASCII may be escaped, and nothing odd may stand unescaped. */
function checkHostCharacters(text: string, part: "host" | "zone"): void {
  for (const token of text.match(/%[0-9A-Fa-f]{2}|[\0-\x7f]/g) ?? []) {
    if (token === "%25" || token === "%") continue;
    if (token.length === 1 ? !needsEscape(token, part) : isHostEscape(token, part)) continue;
    throw new MalformedUrl(`its host contains "${token}"`);
  }
}

function isHostEscape(token: string, part: "host" | "zone"): boolean {
  const value = Number.parseInt(token.slice(1), 16);
  if (part === "host") return value >= 0x80;
  return value === 0x20 || (value < 0x80 && !needsEscape(String.fromCharCode(value), "host"));
}

function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
