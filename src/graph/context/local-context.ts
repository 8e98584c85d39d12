import type { Edge, LateVertex } from "../../llb/vertex.ts";
import { type ContextSite, sessionOf } from "./context-build.ts";
import { loadNamedIgnorePatterns } from "./context-ignore.ts";
import type { LoadedContext, NamedContext, NamedContextUse } from "./loaded-context.ts";
import { localSource } from "./local-source.ts";

/** A folder of the client. Its source is settled late, when it is known what is read of it. */
export async function loadLocalContext(
  build: ContextSite,
  context: NamedContext,
  name: string,
  use: NamedContextUse,
): Promise<LoadedContext> {
  const { key } = context;
  const excludePatterns = await loadNamedIgnorePatterns(build, name, key, use.signal);
  const sharedKey = build.options.get(`sharedkey:localdir:${key}`) ?? "";
  let edge: Edge | undefined;
  const vertex: LateVertex = {
    kind: "late",
    resolve: () => {
      edge ??= {
        vertex: localSource({
          name,
          sessionId: sessionOf(build, name),
          title: `[context ${key}] load from client`,
          sharedKeyHint: `context:${key}-${sharedKey}`,
          excludePatterns,
          followPaths: use.followPaths(),
        }),
        output: 0,
      };
      return edge;
    },
  };
  return { root: { vertex, output: 0 }, image: undefined };
}
