import { ownValue } from "../own-value.ts";
import { formatPlatformFully, type Platform } from "../platform.ts";
import { compareUtf8 } from "../utf8.ts";
import type { CompileOptions, ImageAnswer, ResolvedImage, SourceResolver } from "./compile-options.ts";
import type { ContextImageAnswer, ContextImageLookup, ContextImages } from "./context/context-build.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";

/** One question that was asked about an image or another source. What the question did not say is absent. */
export interface Lookup {
  /** With its scheme: `docker-image://…`, `oci-layout://…`, or the identifier of a source op. */
  readonly ref: string;
  readonly platform?: string;
  /** How to resolve an image: `default`, `pull` or `local`. */
  readonly mode?: string;
  /** The store of an OCI layout. */
  readonly store?: string;
}

/**
 * Resolves images, each question once: by the answers given in the options, then by the resolver. Safe for questions
 * that are asked side by side.
 */
export class ImageLookup implements ContextImages {
  readonly #images: Readonly<Record<string, ImageAnswer>> | undefined;
  readonly #resolver: SourceResolver | undefined;
  readonly #local: Platform;
  readonly #answers = new Map<string, Promise<ContextImageAnswer>>();
  readonly #lookups = new Map<string, Lookup>();
  readonly #digests = new Map<string, string>();

  constructor(options: Pick<CompileOptions, "images" | "resolver">, local: Platform) {
    this.#images = options.images;
    this.#resolver = options.resolver;
    this.#local = local;
  }

  /** @throws InvalidDockerfile for an image that is not known; a rejection of the resolver is passed on. */
  resolve(lookup: ContextImageLookup): Promise<ContextImageAnswer> {
    const { ref, platform, resolveMode, ociLayout } = lookup;
    const question: { -readonly [Key in keyof Lookup]: Lookup[Key] } = {
      ref: `${ociLayout === undefined ? "docker-image" : "oci-layout"}://${ref}`,
    };
    if (platform !== undefined) question.platform = formatPlatformFully(platform);
    if (resolveMode !== undefined) question.mode = resolveMode;
    if (ociLayout !== undefined) question.store = ociLayout.storeId;
    const key = keyOf(question);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    this.#lookups.set(key, question);
    const answer = this.#ask(lookup, question).then((found) => this.#noted(found, question));
    this.#answers.set(key, answer);
    return answer;
  }

  #noted(answer: ContextImageAnswer, { platform }: Lookup): ContextImageAnswer {
    if (answer.kind === "image" && answer.digest !== "") {
      this.#digests.set(imageKey(`docker-image://${answer.ref}`, platform), answer.digest);
    }
    return answer;
  }

  /** What images are so far, by `imageKey`. */
  get digests(): ReadonlyMap<string, string> {
    return this.#digests;
  }

  /** Notes that something was asked about a source that is no image. */
  noteSource(identifier: string): void {
    const question: Lookup = { ref: identifier };
    this.#lookups.set(keyOf(question), question);
  }

  /** What was asked so far, without repeats; by mode, then platform, then reference, what has none of them last. */
  get lookups(): readonly Lookup[] {
    const lookups = [...this.#lookups.values()];
    return lookups.length < 2 ? lookups : lookups.sort((a, b) => compareUtf8(orderOf(a), orderOf(b)));
  }

  async #ask(lookup: ContextImageLookup, question: Lookup): Promise<ContextImageAnswer> {
    const { ref, signal, ociLayout, logName } = lookup;
    const given = ownValue(this.#images, `${ref}|${question.platform ?? ""}`) ?? ownValue(this.#images, ref);
    if (given !== undefined) {
      if ("error" in given) throw unresolved(ref, given.error);
      return answerOf(ref, given);
    }
    if (this.#resolver === undefined) {
      throw unresolved(ref, "it is not among the given images, and there is no resolver: give one of the two");
    }
    const answer = await this.#resolver.image(ref, {
      platform: question.platform ?? formatPlatformFully(this.#local),
      resolveMode: question.mode ?? "default",
      signal,
      logName,
      ...(ociLayout === undefined ? {} : { ociLayout }),
    });
    signal.throwIfAborted();
    return answerOf(ref, answer);
  }
}

/** By which the digest of an image is found: the identifier of its source op, and its platform. */
export function imageKey(identifier: string, platform: string | undefined): string {
  return `${identifier} ${platform ?? ""}`;
}

/** Tells questions apart. What is absent differs from what is empty. */
function keyOf({ mode, platform, ref, store }: Lookup): string {
  return `${ref}\n${platform}\n${mode}\n${store === undefined ? "" : `/${store}`}`;
}

/** Orders questions: the JSON with its keys sorted. */
function orderOf({ mode, platform, ref, store }: Lookup): string {
  return JSON.stringify({ mode, platform, ref, store });
}

function answerOf(ref: string, answer: ResolvedImage): ContextImageAnswer {
  if ("replacedBy" in answer) return { kind: "replaced", identifier: answer.replacedBy };
  const { digest, config, ref: other } = answer;
  return { kind: "image", ref: other ?? ref, digest: digest === undefined || digest === "-" ? "" : digest, config };
}

function unresolved(ref: string, reason: string): InvalidDockerfile {
  return new InvalidDockerfile("image-unresolved", `the image ${ref} cannot be resolved: ${reason}`);
}
