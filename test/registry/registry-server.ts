import type { IncomingMessage, ServerResponse } from "node:http";
import { digestOf } from "../../src/digest.ts";
import { httpServer, json, type Seen } from "./rig.ts";

/** What happens to a request instead of the usual answer; true: it has been answered. */
export type Mishap = (seen: Seen, response: ServerResponse, request: IncomingMessage) => boolean;

export interface TestRegistry {
  /** host:port */
  readonly host: string;
  readonly url: string;
  /** What was asked, tokens too; paths as they came. */
  readonly seen: Seen[];
  /** By digest. */
  readonly content: Map<string, Buffer>;
  /** `repository:tag` to digest. */
  readonly tags: Map<string, string>;
  /** Asked in this order before the usual answer. */
  readonly mishaps: Mishap[];
  /** Credentials that are wanted, if any. */
  auth: Auth;
  /** Keeps content, and returns its digest. */
  put(content: string | Uint8Array | object): string;
}

export type Auth =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly pair: string }
  /** Tokens are given to those with the pair, or to everybody. */
  | { readonly kind: "bearer"; readonly pair?: string; readonly expiresIn?: number };

/** A registry on this machine that speaks the reading half of the distribution API, and its token server. */
export async function registryServer(): Promise<TestRegistry> {
  const content = new Map<string, Buffer>();
  const tags = new Map<string, string>();
  const mishaps: Mishap[] = [];
  let tokens = 0;
  const server = await httpServer((seen, response, request) => {
    if (mishaps.some((mishap) => mishap(seen, response, request))) return;
    if (seen.path === "/token") giveToken(seen, response);
    else if (!isAllowed(seen)) refuse(seen, response);
    else answer(seen, response, request);
  });
  const registry: TestRegistry = {
    host: server.url.slice("http://".length),
    url: server.url,
    seen: server.seen,
    content,
    tags,
    mishaps,
    auth: { kind: "none" },
    put(given) {
      const isBytes = typeof given === "string" || given instanceof Uint8Array;
      const bytes = Buffer.from(isBytes ? given : JSON.stringify(given));
      const digest = digestOf(bytes);
      content.set(digest, bytes);
      return digest;
    },
  };

  const isAllowed = ({ authorization, path }: Seen): boolean => {
    const { auth } = registry;
    if (auth.kind === "none") return true;
    if (auth.kind === "basic") return authorization === basic(auth.pair);
    const repository = /^\/v2\/(.*)\/(?:manifests|blobs)\//.exec(path)?.[1];
    return authorization?.startsWith(`Bearer ${repository}#`) === true;
  };
  const refuse = (seen: Seen, response: ServerResponse) => {
    const bearer = `Bearer realm="${server.url}/token",service="test"`;
    response.setHeader("WWW-Authenticate", registry.auth.kind === "basic" ? 'Basic realm="test"' : bearer);
    json(response, 401, { errors: [{ code: "UNAUTHORIZED", message: seen.authorization }] });
  };
  const giveToken = (seen: Seen, response: ServerResponse) => {
    const { auth } = registry;
    if (seen.method !== "GET") return json(response, 404, {});
    if (auth.kind === "bearer" && auth.pair !== undefined && seen.authorization !== basic(auth.pair)) {
      return json(response, 401, {});
    }
    const repository = /^repository:(.*):pull$/.exec(seen.query.get("scope") ?? "")?.[1];
    const expires = auth.kind === "bearer" ? auth.expiresIn : undefined;
    return json(response, 200, { token: `${repository}#${tokens++}`, expires_in: expires ?? 300 });
  };
  const answer = ({ method, path }: Seen, response: ServerResponse, request: IncomingMessage) => {
    const match = /^\/v2\/(.*)\/(manifests|blobs)\/([^/]*)$/.exec(path);
    const [, repository, kind, name = ""] = match ?? [];
    const digest = name.startsWith("sha256:") ? name : (tags.get(`${repository}:${name}`) ?? "");
    const bytes = content.get(digest);
    if (bytes === undefined) return json(response, 404, { errors: [{ code: "MANIFEST_UNKNOWN" }] });
    const type = kind === "blobs" ? "application/octet-stream" : mediaTypeOf(bytes);
    response.setHeader("Content-Type", type);
    response.setHeader("Docker-Content-Digest", digest);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from > 0) response.setHeader("Content-Range", `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
    response.writeHead(from > 0 ? 206 : 200, { "Content-Length": bytes.length - from });
    return response.end(method === "HEAD" ? undefined : bytes.subarray(from));
  };
  return registry;
}

export const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  list: "application/vnd.docker.distribution.manifest.list.v2+json",
  schema2: "application/vnd.docker.distribution.manifest.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
} as const;

/** The config text of an image for a platform: `os/architecture[/variant]`. */
export function configFor(platform: string): string {
  const [os, architecture, variant] = platform.split("/");
  return JSON.stringify({ os, architecture, variant, config: {}, rootfs: { type: "layers", diff_ids: [] } });
}

/** Keeps an image of one platform; its digest. */
export function putImage(registry: Pick<TestRegistry, "put">, platform: string, docker = false): string {
  const config = configFor(platform);
  const digest = registry.put(config);
  return registry.put({
    schemaVersion: 2,
    mediaType: docker ? types.schema2 : types.manifest,
    config: { mediaType: docker ? types.dockerConfig : types.config, digest, size: Buffer.byteLength(config) },
    layers: [],
  });
}

/** What an index says about one image in it. */
export function entry(registry: Pick<TestRegistry, "content">, digest: string, platform?: string) {
  const [os, architecture, variant] = platform?.split("/") ?? [];
  const described = platform === undefined ? {} : { platform: { os, architecture, variant } };
  return { mediaType: types.manifest, digest, size: registry.content.get(digest)?.length ?? 0, ...described };
}

/** Keeps an index of images for platforms; its digest. */
export function putIndex(
  registry: Pick<TestRegistry, "put" | "content">,
  platforms: readonly string[],
  docker = false,
): string {
  const manifests = platforms.map((platform) => ({
    ...entry(registry, putImage(registry, platform, docker), platform),
    mediaType: docker ? types.schema2 : types.manifest,
  }));
  return registry.put({ schemaVersion: 2, mediaType: docker ? types.list : types.index, manifests });
}

export function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

function mediaTypeOf(bytes: Buffer): string {
  try {
    return JSON.parse(bytes.toString("utf8")).mediaType ?? "application/json";
  } catch {
    return "application/json";
  }
}
