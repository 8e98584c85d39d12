import { Failure } from "../../failure.ts";

/** Where a worker listens. */
export type Address =
  /** A unix socket, or a named pipe on Windows: both are a path to Node. */
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  /** The buildkitd in a container of a Docker engine, reached by running a command there. */
  | { readonly kind: "container"; readonly container: string; readonly engine: Endpoint };

/** What is known of a worker's protocol before it was asked: `unknown` is found out by a probe. */
export type Protocol = "docker" | "buildkit" | "unknown";

/** One place to reach a worker at. */
export interface Endpoint {
  readonly address: Address;
  readonly protocol: Protocol;
  /** The same as `--addr` takes it. */
  readonly text: string;
  readonly tls?: Tls;
}

/** TLS to a worker over TCP: certificates and keys are PEM texts. */
export interface Tls {
  readonly ca?: Uint8Array;
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
  /** The name that the certificate must be for; by default the address's host. */
  readonly servername?: string;
  /** Believes any certificate: what a Docker context with `SkipTLSVerify` asks for. */
  readonly insecure?: boolean;
}

const defaultPorts = { plain: 1234, dockerPlain: 2375, dockerTls: 2376 };

/**
 * Reads an address: `unix:///path`, `npipe:////./pipe/name`, `tcp://host:port`, each also behind `docker://`, which
 * says that a Docker engine listens there (it is found out otherwise). `docker://` alone, and `docker-container://name`,
 * depend on the surroundings: see `discover`.
 *
 * Throws a Failure `usage` that names the ways that do work.
 */
export function parseAddress(text: string, tls?: Tls): Endpoint {
  const scheme = /^([a-z][a-z0-9+.-]*):(?:\/\/)?/i.exec(text);
  if (scheme?.[1] === undefined) throw unknownAddress(text);
  const rest = text.slice(scheme[0].length);
  switch (scheme[1].toLowerCase()) {
    case "docker":
      return dockerAddress(text, rest, tls);
    case "unix":
      return socket(text, "unknown", rest);
    case "npipe":
      // Docker writes `npipe:////./pipe/x`: what is left, `//./pipe/x`, is the pipe's path but for Windows' slashes.
      return socket(text, "unknown", rest.replaceAll("/", "\\"));
    case "tcp":
    case "http":
      return tcp(text, "unknown", rest, tls);
    case "https":
      return tcp(text, "unknown", rest, tls ?? {});
    default:
      throw unsupportedScheme(scheme[1].toLowerCase(), text);
  }
}

function dockerAddress(text: string, rest: string, tls: Tls | undefined): Endpoint {
  if (/^[a-z]+:\/\//i.test(rest)) return { ...parseAddress(rest, tls), protocol: "docker", text };
  return rest.startsWith("/") ? socket(text, "docker", rest) : tcp(text, "docker", rest, tls);
}

function socket(text: string, protocol: Protocol, path: string): Endpoint {
  if (path === "") throw unknownAddress(text);
  return { address: { kind: "socket", path: path.replace(/^\/+/, "/") }, protocol, text };
}

function tcp(text: string, protocol: Protocol, authority: string, tls: Tls | undefined): Endpoint {
  const match = /^(\[[0-9a-f:.%a-z]+\]|[^:/[\]\s]+)?(?::(\d{1,5}))?\/?$/i.exec(authority);
  if (match === null || authority === "") throw unknownAddress(text);
  const host = (match[1] ?? "localhost").replace(/^\[|\]$/g, "");
  const port = match[2] === undefined ? defaultPort(protocol, tls) : Number(match[2]);
  if (port === 0 || port > 65535) throw unknownAddress(text);
  const endpoint = { address: { kind: "tcp", host, port }, protocol, text } as const;
  return tls === undefined ? endpoint : { ...endpoint, tls };
}

function defaultPort(protocol: Protocol, tls: Tls | undefined): number {
  if (protocol !== "docker") return defaultPorts.plain;
  return tls === undefined ? defaultPorts.dockerPlain : defaultPorts.dockerTls;
}

function unknownAddress(text: string): Failure {
  return new Failure("usage", `"${text}" is not the address of a worker`, {
    remedy: "Give unix:///path/to.sock, tcp://host:port, or docker:// for the Docker engine of the current context.",
  });
}

function unsupportedScheme(scheme: string, text: string): Failure {
  if (scheme === "ssh") {
    return new Failure("usage", `workers cannot be reached over ssh directly ("${text}")`, {
      remedy:
        "Forward the socket first, ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST, and give unix:///tmp/docker.sock.",
    });
  }
  if (scheme === "podman-container" || scheme === "kube-pod") {
    return new Failure("usage", `a worker inside a container of that kind cannot be reached by its name ("${text}")`, {
      remedy: "Publish its port or socket (buildkitd --addr tcp://0.0.0.0:1234) and give that address.",
    });
  }
  return unknownAddress(text);
}
