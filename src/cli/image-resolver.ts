import { Failure } from "../failure.ts";
import type { SourceResolver } from "../graph/compile-options.ts";
import type { Terminal } from "./terminal.ts";

/** What a user can do about an image that nobody knows. */
export const imageWays =
  "Give its config and digest with --images FILE, name a worker that can resolve it with --addr, or map it to another image with --build-context NAME=docker-image://….";

/**
 * Asks the registries themselves, and reads OCI layouts of this machine (folders by store name). What that takes is
 * loaded with the first question.
 */
export function registryResolver(layouts: ReadonlyMap<string, string>, env: Terminal["env"]): SourceResolver {
  let resolver: Promise<SourceResolver> | undefined;
  const load = async (): Promise<SourceResolver> => {
    const { createRegistryResolver } = await import("../registry/image-resolver.ts");
    return createRegistryResolver({ layouts, env });
  };
  return namingWays({
    async image(ref, request) {
      resolver ??= load();
      return (await resolver).image(ref, request);
    },
  });
}

/** Has the worker asked, but for OCI layouts: those lie here. */
export function workerResolver(worker: SourceResolver, here: SourceResolver): SourceResolver {
  const named = namingWays(worker);
  return {
    ...named,
    image: (ref, request) => (request.ociLayout === undefined ? named : here).image(ref, request),
  };
}

/** Passes a resolver's answers on; a failure to resolve an image names the other ways to answer for it. */
function namingWays(resolver: SourceResolver): SourceResolver {
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
