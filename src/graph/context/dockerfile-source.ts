import type { Definition } from "../../llb/definition.ts";
import type { SourceMap } from "../../llb/source-map.ts";
import type { Edge } from "../../llb/vertex.ts";
import { baseName, joinPath, parentPath } from "../../slash-path.ts";
import { type ContextSite, sessionOf } from "./context-build.ts";
import { loadingDefinition } from "./loading-definition.ts";
import { localSource } from "./local-source.ts";
import type { MainContext } from "./main-context.ts";

const usualName = "Dockerfile";

/** Where the Dockerfile is loaded from, as a worker can do it. */
export function dockerfileDefinition(build: ContextSite, context: MainContext): Definition {
  const edge = context.dockerfile ?? localDockerfile(build, context);
  return loadingDefinition(edge, build).definition;
}

/** The source map of the Dockerfile: its bytes, its name, and the definition that loads it. */
export function dockerfileSourceMap(context: MainContext, data: Uint8Array, definition: Definition): SourceMap {
  return { filename: context.filename, language: "Dockerfile", data, definition };
}

/** The lower-case name that BuildKit tries when there is no `Dockerfile`; undefined for any other name. */
export function lowerCaseName(filename: string): string | undefined {
  if (baseName(filename) !== usualName) return undefined;
  return joinPath(parentPath(filename), usualName.toLowerCase());
}

function localDockerfile(build: ContextSite, context: MainContext): Edge {
  const { filename, dockerfileName } = context;
  const lower = lowerCaseName(filename);
  const vertex = localSource({
    name: dockerfileName,
    sessionId: sessionOf(build, dockerfileName),
    followPaths: [filename, `${filename}.dockerignore`, ...(lower === undefined ? [] : [lower])],
    sharedKeyHint: dockerfileName,
    title: `[internal] load build definition from ${filename}`,
    sendAll: true,
  });
  return { vertex, output: 0 };
}
