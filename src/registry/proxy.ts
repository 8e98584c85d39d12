import { BlockList, isIP } from "node:net";
import { Failure } from "../failure.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address, by HTTPS_PROXY or HTTP_PROXY and NO_PROXY (or the same in lower case), read as BuildKit and
 * Docker read them: this machine itself is never behind a proxy, and an entry of NO_PROXY is `*`, an address or a range
 * of addresses, or a domain that stands for its subdomains too (with a leading dot: for them alone); all may have a port.
 * @throws Failure `usage` for a proxy that is no HTTP proxy.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = variable(env, name);
  // In a CGI program HTTP_PROXY is a header that a visitor chose.
  if (value === "" || (name === "HTTP_PROXY" && isSet(env.REQUEST_METHOD))) return undefined;
  if (isExcepted(url, variable(env, "NO_PROXY"))) return undefined;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.protocol === "http:" || proxy?.protocol === "https:") return proxy;
  throw new Failure("usage", `${name} names a proxy that cannot be used: only http:// and https:// are spoken`, {
    remedy: `Name an HTTP proxy in ${name}, or list ${url.hostname} in NO_PROXY.`,
  });
}

/** The address of this machine itself: `localhost`, 127.0.0.0/8 or ::1, without port. */
export function isLoopback(host: string): boolean {
  const bare = withoutBrackets(host).toLowerCase();
  const family = isIP(bare);
  return bare === "localhost" || (family !== 0 && loopback.check(bare, family === 4 ? "ipv4" : "ipv6"));
}

/** `[::1]` is `::1`. */
export function withoutBrackets(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** The port of an address, also where it is its scheme's own. */
export function portOf(url: URL): string {
  return url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function variable(env: Environment, name: string): string {
  return env[name] || env[name.toLowerCase()] || "";
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

function isExcepted(url: URL, exceptions: string): boolean {
  const host = withoutBrackets(url.hostname).toLowerCase();
  if (isLoopback(host)) return true;
  return exceptions.split(",").some((entry) => covers(entry.trim().toLowerCase(), host, portOf(url)));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const slash = entry.indexOf("/");
  if (slash >= 0) return isInRange(entry.slice(0, slash), Number(entry.slice(slash + 1)), host);
  const withPort = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
  if (withPort !== null && withPort[2] !== port) return false;
  const name = withoutBrackets(withPort?.[1] ?? entry);
  if (name === "") return false;
  if (isIP(name) !== 0) return name === host;
  const domain = name.startsWith("*.") ? name.slice(1) : name;
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function isInRange(base: string, bits: number, host: string): boolean {
  const family = isIP(base);
  if (family === 0 || isIP(host) !== family || !Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128))
    return false;
  const range = new BlockList();
  const kind = family === 4 ? "ipv4" : "ipv6";
  range.addSubnet(base, bits, kind);
  return range.check(host, kind);
}
