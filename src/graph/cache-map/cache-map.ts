import type { ContentSelector } from "./content-selector.ts";

/**
 * How a worker keys the result of an op. Two ops have one result where their digests are equal, and of each input
 * either the key, with an equal selector, or the content that they read of it.
 */
export interface CacheMap {
  /** Of what the op does, without its inputs and without what changes nothing (proxies, addresses of hosts). */
  readonly digest: string;
  /** By index of the op's inputs. */
  readonly deps: readonly CacheDep[];
}

/** How an input of a vertex counts for its cache key, one per input, in the order of the inputs. */
export interface CacheDep {
  /** The digest of the paths that are read of the input; undefined for all of it. */
  readonly selector: string | undefined;
  /** What is read of the input, where equal content is as good as an equal input; an empty list is all of it. */
  readonly content: readonly ContentSelector[] | undefined;
}

/** No more is known of what is read than that it may be all. */
export const wholeInput: CacheDep = { selector: undefined, content: undefined };
