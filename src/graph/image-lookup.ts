import { formatPlatformFully, type Platform } from "../platform.ts";
import type { CompileOptions, ImageAnswer, ResolvedImage, SourceResolver } from "./compile-options.ts";
import type { ContextImageAnswer, ContextImageLookup, ContextImages } from "./context/context-build.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";

/** One question that was asked about an image: `ref` with its scheme (`docker-image://…`, `oci-layout://…`). */
export interface Lookup {
  readonly ref: string;
  readonly platform: string;
  readonly mode: string;
}

/**
 * Resolves images, each question once: by the answers given in the options, then by the resolver. Safe for questions
 * that are asked side by side.
 */
export class ImageLookup implements ContextImages {
  readonly #images: ReadonlyMap<string, ImageAnswer>;
  readonly #resolver: SourceResolver | undefined;
  readonly #local: Platform;
  readonly #answers = new Map<string, Promise<ContextImageAnswer>>();
  readonly #lookups = new Map<string, Lookup>();

  constructor(options: Pick<CompileOptions, "images" | "resolver">, local: Platform) {
    this.#images = new Map(Object.entries(options.images ?? {}));
    this.#resolver = options.resolver;
    this.#local = local;
  }

  /** @throws InvalidDockerfile for an image that is not known; a rejection of the resolver is passed on. */
  resolve(lookup: ContextImageLookup): Promise<ContextImageAnswer> {
    const { ref, platform, resolveMode, ociLayout } = lookup;
    const question: Lookup = {
      ref: `${ociLayout === undefined ? "docker-image" : "oci-layout"}://${ref}`,
      platform: platform === undefined ? "" : formatPlatformFully(platform),
      mode: resolveMode ?? "",
    };
    const key = `${question.ref}|${question.platform}|${question.mode}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    this.#lookups.set(key, question);
    const answer = this.#ask(lookup, question);
    this.#answers.set(key, answer);
    return answer;
  }

  /** What was asked so far, in byte order, without repeats. */
  get lookups(): readonly Lookup[] {
    return [...this.#lookups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, lookup]) => lookup);
  }

  async #ask(lookup: ContextImageLookup, question: Lookup): Promise<ContextImageAnswer> {
    const { ref, signal, ociLayout, logName } = lookup;
    const given = this.#images.get(`${ref}|${question.platform}`) ?? this.#images.get(ref);
    if (given !== undefined) {
      if ("error" in given) throw unresolved(ref, given.error);
      return answerOf(ref, given);
    }
    if (this.#resolver === undefined) {
      throw unresolved(ref, "it is not among the given images, and there is no resolver: give one of the two");
    }
    const answer = await this.#resolver.image(ref, {
      platform: question.platform === "" ? formatPlatformFully(this.#local) : question.platform,
      resolveMode: question.mode === "" ? "default" : question.mode,
      signal,
      logName,
      ...(ociLayout === undefined ? {} : { ociLayout }),
    });
    signal.throwIfAborted();
    return answerOf(ref, answer);
  }
}

function answerOf(ref: string, answer: ResolvedImage): ContextImageAnswer {
  if ("replacedBy" in answer) return { kind: "replaced", identifier: answer.replacedBy };
  const { digest, config, ref: other } = answer;
  return { kind: "image", ref: other ?? ref, digest: digest === undefined || digest === "-" ? "" : digest, config };
}

function unresolved(ref: string, reason: string): InvalidDockerfile {
  return new InvalidDockerfile("image-unresolved", `the image ${ref} cannot be resolved: ${reason}`);
}
