import pLimit from "p-limit";
import { cacheFolder } from "../cache-folder.ts";
import { environment } from "../environment.ts";
import { Failure } from "../failure.ts";
import { formatReference, type ImageReference, parseImageReference, withDefaultTag } from "../image-reference.ts";
import { type Platform, PlatformError, parsePlatform, platformRemedy } from "../platform.ts";
import type { RegistryClient, RemoteManifest } from "./client.ts";
import { ContentCache } from "./content-cache.ts";
import type { CredentialStore } from "./credentials.ts";
import type { RegistryConfig } from "./endpoint.ts";
import { type ImageContent, readImageConfig } from "./image-config.ts";
import type { Descriptor } from "./manifest.ts";
import { layoutScheme, parseLayoutAddress, readLayoutContent, resolveLayoutTag } from "./oci-layout.ts";
import { SharedWork } from "./shared-work.ts";

/** Credentials, mirrors and the cache of a {@link RegistryResolver}. */
export interface RegistryResolverOptions {
  /** By default those of Docker's client. */
  readonly credentials?: CredentialStore;
  /** By default what `readRegistryConfig` finds on this machine. */
  readonly config?: RegistryConfig;
  /** The folder of the cache; false: nothing is kept on disk. By default `cacheFolder`'s. */
  readonly cache?: string | false;
  /** Bytes; see `ContentCacheOptions`. */
  readonly cacheLimit?: number;
  /** The folders of OCI layouts, by the name of their store. */
  readonly layouts?: ReadonlyMap<string, string>;
  /** See `RegistryClientOptions`. */
  readonly waits?: readonly number[];
  readonly patience?: number;
  /** By default the process's own variables. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What is asked about an image. */
export interface RegistryImageRequest {
  readonly platform: string;
  /** `default` and `pull` ask the registry what a tag stands for; `local` only does when it was never asked. */
  readonly resolveMode?: string;
  readonly signal?: AbortSignal;
  /** The image lies in the layout of this store, under the digest of the reference. */
  readonly ociLayout?: { readonly storeId: string };
}

/** An image as its registry or layout tells of it. */
export interface RegistryImage {
  /** Of what the reference names: of the whole index where it names one, as BuildKit has it. */
  readonly digest: string;
  /** The image config for the platform, as its bytes are. */
  readonly config: Uint8Array;
}

/** Finds images in registries and OCI layouts. */
export interface RegistryResolver {
  /**
   * Finds an image by its reference (`alpine`, `docker.io/library/alpine:latest`, with a digest), or by
   * `oci-layout://folder[:tag][@digest]`. Rejects with a Failure `image-unresolved`, `auth-refused` or `usage`, or with
   * the signal's reason.
   */
  image(ref: string, request: RegistryImageRequest): Promise<RegistryImage>;
}

/**
 * Resolves images as BuildKit's workers do, without one: from registries over HTTP, and from OCI layouts. What has a
 * digest is kept on disk, so that an image with a digest needs no network the next time; tags are always asked. Several
 * questions may be asked side by side; eight are worked on at a time, and what is asked for twice is read once.
 */
export function createRegistryResolver(options: RegistryResolverOptions = {}): RegistryResolver {
  return new HttpResolver(options);
}

const longestManifest = 4 * 1024 * 1024;
const longestConfig = 8 * 1024 * 1024;
const atATime = 8;

class HttpResolver implements RegistryResolver {
  readonly #options: RegistryResolverOptions;
  readonly #cache: ContentCache | undefined;
  readonly #limit = pLimit(atATime);
  readonly #reads = new SharedWork<Uint8Array>();
  readonly #tags = new SharedWork<string>();
  /** Starts with the first image that needs a registry. */
  #client: Promise<RegistryClient> | undefined;

  constructor(options: RegistryResolverOptions) {
    this.#options = options;
    const folder = options.cache ?? cacheFolder(options.env ?? environment(), "images");
    this.#cache =
      folder === false
        ? undefined
        : new ContentCache(folder, options.cacheLimit === undefined ? {} : { limit: options.cacheLimit });
  }

  image(ref: string, request: RegistryImageRequest): Promise<RegistryImage> {
    return this.#limit(async () => {
      request.signal?.throwIfAborted();
      const platform = platformNamed(request.platform);
      const layout = await this.#layoutOf(ref, request);
      const image = await (layout === undefined
        ? this.#fromRegistry(ref, platform, request)
        : fromLayout(layout, platform, request.signal));
      request.signal?.throwIfAborted();
      return image;
    });
  }

  async #fromRegistry(ref: string, platform: Platform, request: RegistryImageRequest): Promise<RegistryImage> {
    const parsed = parseImageReference(ref);
    if (parsed === undefined) throw new Failure("image-unresolved", `${JSON.stringify(ref)} is no name of an image`);
    const reference = withDefaultTag(parsed);
    const { signal, resolveMode } = request;
    const digest = reference.digest === "" ? await this.#digestOf(reference, resolveMode, signal) : reference.digest;
    const named = (each: string): ImageReference => ({ ...reference, digest: each });
    const content: ImageContent = {
      what: formatReference(reference),
      readManifest: (part, stop) => this.#manifest(named(part.digest), stop),
      readConfig: (part, stop) => this.#config(reference, part, stop),
    };
    const root = { content: await this.#manifest(named(digest), signal) };
    return { digest, config: await readImageConfig(content, root, platform, signal) };
  }

  /** What a tag stands for; a manifest that came with the answer is kept. */
  async #digestOf(
    reference: ImageReference,
    resolveMode: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const name = formatReference(reference);
    const known = resolveMode === "local" ? await this.#cache?.recall(name) : undefined;
    if (known !== undefined) return known;
    return this.#tags.run(name, signal, async (stop) => {
      const client = await this.#start();
      const { digest, manifest } = await client.resolveTag(reference, stop);
      if (manifest !== undefined) await this.#cache?.write(digest, manifest.content);
      await this.#cache?.remember(name, digest);
      return digest;
    });
  }

  #manifest(reference: ImageReference, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return this.#cached(reference, reference.digest, signal, async (client, stop) => {
      const { content }: RemoteManifest = await client.readManifest(reference, stop);
      return content;
    });
  }

  #config(reference: ImageReference, part: Descriptor, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return this.#cached(reference, part.digest, signal, (client, stop) =>
      client.readBlob(reference, part, longestConfig, stop),
    );
  }

  #cached(
    reference: ImageReference,
    digest: string,
    signal: AbortSignal | undefined,
    fetch: (client: RegistryClient, signal: AbortSignal) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    return this.#reads.run(`${reference.domain}/${reference.path}@${digest}`, signal, async (stop) => {
      const kept = await this.#cache?.read(digest);
      if (kept !== undefined) return kept;
      const content = await fetch(await this.#start(), stop);
      await this.#cache?.write(digest, content);
      return content;
    });
  }

  #start(): Promise<RegistryClient> {
    this.#client ??= startClient(this.#options);
    return this.#client;
  }

  async #layoutOf(ref: string, { ociLayout }: RegistryImageRequest): Promise<Layout | undefined> {
    const address = parseLayoutAddress(ref);
    if (address !== undefined) {
      const { folder, tag } = address;
      return { folder, digest: address.digest === "" ? await resolveLayoutTag(folder, tag) : address.digest };
    }
    if (ociLayout === undefined) return undefined;
    const folder = this.#options.layouts?.get(ociLayout.storeId);
    const digest = parseImageReference(ref)?.digest ?? "";
    if (folder !== undefined && digest !== "") return { folder, digest };
    const why = folder === undefined ? `there is no OCI layout ${ociLayout.storeId}` : "it has no digest";
    throw new Failure("image-unresolved", `${ref} cannot be resolved: ${why}`, {
      remedy: `Name the folder of an OCI layout, as ${layoutScheme}folder.`,
    });
  }
}

interface Layout {
  readonly folder: string;
  readonly digest: string;
}

async function fromLayout(
  { folder, digest }: Layout,
  platform: Platform,
  signal: AbortSignal | undefined,
): Promise<RegistryImage> {
  const content: ImageContent = {
    what: `${layoutScheme}${folder}@${digest}`,
    readManifest: (part) => readLayoutContent(folder, part.digest, longestManifest),
    readConfig: (part) => readLayoutContent(folder, part.digest, longestConfig),
  };
  const root = { content: await readLayoutContent(folder, digest, longestManifest) };
  return { digest, config: await readImageConfig(content, root, platform, signal) };
}

/** What speaks HTTP is loaded when it is needed: many images come from the disk. */
async function startClient(options: RegistryResolverOptions): Promise<RegistryClient> {
  const env = options.env ?? environment();
  const [{ createRegistryClient }, { dockerCredentials }, { readRegistryConfig }] = await Promise.all([
    import("./client.ts"),
    import("./docker-credentials.ts"),
    import("./registry-config.ts"),
  ]);
  return createRegistryClient({
    credentials: options.credentials ?? dockerCredentials({ env }),
    config: options.config ?? (await readRegistryConfig(env)),
    env,
    ...(options.waits === undefined ? {} : { waits: options.waits }),
    ...(options.patience === undefined ? {} : { patience: options.patience }),
  });
}

function platformNamed(text: string): Platform {
  try {
    return parsePlatform(text);
  } catch (error) {
    if (error instanceof PlatformError) throw new Failure("usage", error.message, { remedy: platformRemedy });
    throw error;
  }
}
