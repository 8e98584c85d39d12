import { environment } from "../environment.ts";
import { Failure } from "../failure.ts";
import { formatShortReference, type ImageReference, isDigest } from "../image-reference.ts";
import { type Asker, ask, type Question, wrongContent } from "./ask.ts";
import { Authorizer } from "./authorizer.ts";
import { type ContentName, openBlob } from "./blob-stream.ts";
import type { CredentialStore } from "./credentials.ts";
import { hasDigest, hashFor } from "./digest-check.ts";
import { endpointsFor, type RegistryConfig } from "./endpoint.ts";
import { sendRequest } from "./http.ts";
import { collect } from "./http-body.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";
import { acceptedManifests } from "./media-types.ts";
import { patiently } from "./patient-send.ts";

export interface RegistryClientOptions {
  readonly credentials: CredentialStore;
  readonly config?: RegistryConfig;
  /** Milliseconds to wait before each repeat of a request to a registry that is busy or breaks the connection. */
  readonly waits?: readonly number[];
  /** How long a server may say nothing, milliseconds; 30 seconds when absent. */
  readonly patience?: number;
  /** Where proxies are looked up; by default the process's own variables. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A manifest, an index or what else a registry keeps under that address, with the digest that its content has. */
export interface RemoteManifest {
  readonly digest: string;
  /** What the registry calls it. */
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** What a tag stands for now. */
export interface TaggedManifest {
  readonly digest: string;
  /** Undefined where the registry only told the digest. */
  readonly manifest: RemoteManifest | undefined;
}

/**
 * Reads images from registries, with their mirrors tried first. References are whole (`docker.io/library/alpine:latest`).
 * All methods reject with a Failure `image-unresolved` or `auth-refused`, or with the signal's reason. Nothing is kept
 * but tokens; idle connections are closed after seconds and do not keep the process alive.
 */
export interface RegistryClient {
  /** Asks what the tag of a reference stands for. */
  resolveTag(reference: ImageReference, signal?: AbortSignal): Promise<TaggedManifest>;
  /** Reads the manifest of the reference's digest, or else of its tag: at most 4 MiB. */
  readManifest(reference: ImageReference, signal?: AbortSignal): Promise<RemoteManifest>;
  /** The size of a blob in bytes; undefined for one that is not there. */
  statBlob(reference: ImageReference, digest: string, signal?: AbortSignal): Promise<number | undefined>;
  /** A blob of at most `limit` bytes as a whole. */
  readBlob(reference: ImageReference, name: ContentName, limit: number, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * A blob as it comes. A broken connection is taken up where it broke. Only after the last chunk is it known whether
   * the content has the digest: the iteration ends with a Failure if it has not.
   */
  streamBlob(reference: ImageReference, name: ContentName, signal?: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Writes a manifest or an index under the reference's tag, or else its digest: to the registry itself. */
  writeManifest(
    reference: ImageReference,
    manifest: Omit<RemoteManifest, "digest">,
    signal?: AbortSignal,
  ): Promise<void>;
}

export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  return new HttpRegistryClient(options);
}

/** As containerd has it. */
const longestManifest = 4 * 1024 * 1024;
const usualWaits = [200, 1000, 4000];

class HttpRegistryClient implements RegistryClient {
  readonly #asker: Asker;
  readonly #config: RegistryConfig;
  readonly #waits: readonly number[];

  constructor(options: RegistryClientOptions) {
    const { patience, env = environment() } = options;
    const send = (request: HttpRequest) => sendRequest({ ...request, patience, env });
    this.#config = options.config ?? {};
    this.#waits = options.waits ?? usualWaits;
    this.#asker = { send, authorizer: new Authorizer(options.credentials, patiently(send, this.#waits)) };
  }

  resolveTag(reference: ImageReference, signal?: AbortSignal): Promise<TaggedManifest> {
    return this.#onEndpoints(reference, signal, async (question) => {
      const path = `manifests/${reference.tag}`;
      const head: Question = { ...question, method: "HEAD", path, headers: { Accept: acceptedManifests } };
      const digest = await ask(this.#asker, head, digestOfHead, (status) => status === 405);
      if (digest !== undefined) return { digest, manifest: undefined };
      const manifest = await this.#manifest(question, { ...reference, digest: "" });
      return { digest: manifest.digest, manifest };
    });
  }

  readManifest(reference: ImageReference, signal?: AbortSignal): Promise<RemoteManifest> {
    return this.#onEndpoints(reference, signal, (question) => this.#manifest(question, reference));
  }

  statBlob(reference: ImageReference, digest: string, signal?: AbortSignal): Promise<number | undefined> {
    return this.#onEndpoints(reference, signal, (question) => {
      const head: Question = { ...question, method: "HEAD", path: `blobs/${digest}` };
      return ask(this.#asker, head, sizeOfHead, (status) => status === 404);
    });
  }

  readBlob(reference: ImageReference, name: ContentName, limit: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#onEndpoints(reference, signal, async (question) => {
      if (name.size !== undefined && name.size > limit) {
        throw wrongContent(question.endpoint, question.what, `a part of it has more than ${limit} bytes`);
      }
      const blob = await openBlob(this.#asker, question, name, limit);
      return collect(blob.chunks, limit);
    });
  }

  async *streamBlob(reference: ImageReference, name: ContentName, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const blob = await this.#onEndpoints(reference, signal, (question) =>
      openBlob(this.#asker, question, name, Number.POSITIVE_INFINITY),
    );
    yield* blob.chunks;
  }

  writeManifest(
    reference: ImageReference,
    { mediaType, content }: Omit<RemoteManifest, "digest">,
    signal?: AbortSignal,
  ): Promise<void> {
    const { tag, digest } = reference;
    const [endpoint] = endpointsFor(reference.domain, { ...this.#config, mirrors: new Map() });
    const put: Question = {
      endpoint,
      method: "PUT",
      repository: reference.path,
      path: `manifests/${tag === "" ? digest : tag}`,
      headers: { "Content-Type": mediaType },
      body: content,
      what: formatShortReference(reference),
      waits: this.#waits,
      signal,
    };
    return ask(this.#asker, put, (response) => response.discard());
  }

  async #manifest(question: Question, { digest, tag }: ImageReference): Promise<RemoteManifest> {
    const { endpoint, what } = question;
    const path = `manifests/${digest === "" ? tag : digest}`;
    const get: Question = { ...question, path, headers: { Accept: acceptedManifests } };
    return ask(this.#asker, get, async (response) => {
      const content = await response.bytes(longestManifest);
      const told = response.header("docker-content-digest") ?? "";
      const wanted = digest !== "" ? digest : isDigest(told) ? told : undefined;
      if (wanted !== undefined && !hasDigest(content, wanted)) {
        throw wrongContent(endpoint, what, `its manifest is not the content that has the digest ${wanted}`);
      }
      const actual = wanted ?? `sha256:${hashFor("sha256:").update(content).digest("hex")}`;
      return { digest: actual, mediaType: mediaTypeOf(response), content };
    });
  }

  /** Only the last server, the registry itself, is asked again and again: where a mirror has troubles, there is another. */
  async #onEndpoints<T>(
    reference: ImageReference,
    signal: AbortSignal | undefined,
    work: (question: Question) => Promise<T>,
  ): Promise<T> {
    const endpoints = endpointsFor(reference.domain, this.#config);
    const failures: Failure[] = [];
    const what = formatShortReference(reference);
    for (const [index, endpoint] of endpoints.entries()) {
      const isLast = index === endpoints.length - 1;
      const common = { endpoint, method: "GET" as const, repository: reference.path, path: "", headers: {} };
      const question: Question = { ...common, what, waits: isLast ? this.#waits : [], signal };
      try {
        return await work(question);
      } catch (error) {
        if (!(error instanceof Failure) || signal?.aborted === true) throw error;
        failures.push(error);
      }
    }
    throw summary(failures);
  }
}

/** The registry's own failure, with those of the mirrors before it. */
function summary(failures: readonly Failure[]): Failure {
  const last = failures.at(-1);
  if (last === undefined) throw new Error("no endpoint was asked");
  if (failures.length === 1) return last;
  const mirrors = failures.slice(0, -1).map(({ message }) => message);
  return new Failure(last.code, `${last.message} (and before, by its mirrors: ${mirrors.join("; ")})`, {
    ...(last.remedy === undefined ? {} : { remedy: last.remedy }),
    cause: last,
  });
}

async function digestOfHead(response: HttpResponse): Promise<string | undefined> {
  await response.discard();
  const digest = response.header("docker-content-digest") ?? "";
  return response.ok && isDigest(digest) ? digest : undefined;
}

async function sizeOfHead(response: HttpResponse): Promise<number | undefined> {
  await response.discard();
  const length = response.header("content-length") ?? "";
  return response.ok && /^\d+$/.test(length) ? Number(length) : undefined;
}

/** Without parameters such as a charset. */
function mediaTypeOf(response: HttpResponse): string {
  return (response.header("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
