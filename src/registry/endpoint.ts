import { Failure } from "../failure.ts";
import { isLoopback } from "./proxy.ts";

/** How registries are reached. */
export interface RegistryConfig {
  /**
   * By domain (`docker.io`): hosts or addresses that are asked before it, in this order; they may have a path that
   * comes before the repository's. Without `http://` the rules for registries decide.
   */
  readonly mirrors?: ReadonlyMap<string, readonly string[]>;
  /** Registries and mirrors, by host and port, that are spoken to without TLS; loopback addresses always are. */
  readonly insecure?: readonly string[];
}

/** One server that may have an image. */
export interface Endpoint {
  /** As credentials are kept: with the port that was written. */
  readonly host: string;
  /** Ends in a slash: `https://registry-1.docker.io/v2/`. */
  readonly base: string;
  /** For mirrors: the domain that they stand in for. */
  readonly namespace: string | undefined;
}

/**
 * The servers for the images of a domain, in the order in which they are asked: its mirrors, then itself.
 * @throws Failure `usage` for a mirror that is no address.
 */
export function endpointsFor(domain: string, config: RegistryConfig): readonly [...Endpoint[], Endpoint] {
  const mirrors = (config.mirrors?.get(domain) ?? []).map((mirror) => mirrorEndpoint(mirror, domain, config));
  const host = domain === "docker.io" ? hubHost : domain;
  return [...mirrors, { host, base: `${schemeFor(host, config)}://${host}/v2/`, namespace: undefined }];
}

/** What `docker login` calls the registry of a host. */
export function loginName(host: string): string {
  return host === hubHost ? "docker.io" : host;
}

const hubHost = "registry-1.docker.io";

function mirrorEndpoint(mirror: string, domain: string, config: RegistryConfig): Endpoint {
  const match = mirrorPattern.exec(mirror);
  const [, scheme, host = "", path = ""] = match ?? [];
  const base = `${scheme?.toLowerCase() ?? schemeFor(host, config)}://${host}/v2${path.replace(/\/+$/, "")}/`;
  if (host === "" || !URL.canParse(base)) {
    throw new Failure("usage", `the mirror ${withoutSecret(mirror)} of ${domain} is no address of a registry`, {
      remedy: "Write it as https://host[:port][/path], without a name and a password.",
    });
  }
  return { host, base, namespace: domain };
}

const mirrorPattern = /^(?:(https?):\/\/)?((?:[^/?#@:[\]\s]+|\[[0-9a-f:]+\])(?::\d+)?)((?:\/[^/?#@\s]*)*)$/i;

function withoutSecret(address: string): string {
  return JSON.stringify(address.replace(/^.*@/s, "…@"));
}

function schemeFor(host: string, config: RegistryConfig): "http" | "https" {
  return isLoopback(host.replace(/:\d+$/, "")) || config.insecure?.includes(host) === true ? "http" : "https";
}
