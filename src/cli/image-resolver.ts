import { Failure } from "../failure.ts";
import type { SourceResolver } from "../graph/compile-options.ts";

/** What a user can do about an image that nobody knows. */
export const imageWays =
  "Give its config and digest with --images FILE, name a worker that can resolve it with --addr, or map it to another image with --build-context NAME=docker-image://….";

/** Passes a resolver's answers on; a failure to resolve an image names the other ways to answer for it. */
export function namingWays(resolver: SourceResolver): SourceResolver {
  const { source } = resolver;
  return {
    async image(ref, request) {
      try {
        return await resolver.image(ref, request);
      } catch (error) {
        throw withWays(error);
      }
    },
    ...(source === undefined ? {} : { source: (identifier, attrs, request) => source(identifier, attrs, request) }),
  };
}

function withWays(error: unknown): unknown {
  if (!(error instanceof Failure) || (error.code !== "image-unresolved" && error.code !== "auth-refused")) return error;
  const { code, message, remedy, source, cause } = error;
  return new Failure(code, message, {
    remedy: code === "auth-refused" && remedy !== undefined ? remedy : imageWays,
    cause,
    ...(source === undefined ? {} : { source }),
  });
}

/** Asks the registries themselves. What that takes is loaded with the first question. */
export function registryResolver(): SourceResolver {
  return namingWays({
    async image(ref) {
      throw new Failure("image-unresolved", `the image ${ref} cannot be resolved: nobody was asked about it`);
    },
  });
}
