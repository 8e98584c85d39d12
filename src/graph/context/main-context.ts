import type { Edge, SourceVertex } from "../../llb/vertex.ts";
import { parseBool } from "../go-numbers.ts";
import { isArchive } from "./archive.ts";
import { type ContextSite, sessionOf } from "./context-build.ts";
import { gitContext } from "./git-context.ts";
import { downloadContext, downloadName, isWebAddress } from "./http-source.ts";
import { inputEdge } from "./input-edge.ts";
import { loadingDefinition } from "./loading-definition.ts";
import { localSource } from "./local-source.ts";

/** What the main context of a build is, and where its Dockerfile comes from. */
export interface MainContext {
  /** Absent: the local folder `context`, whose source depends on what is read of it (see `localContext`). */
  readonly root: Edge | undefined;
  /** Absent: a local folder, `dockerfileName`. */
  readonly dockerfile: Edge | undefined;
  readonly dockerfileName: string;
  /** The path of the Dockerfile in its source. */
  readonly filename: string;
}

/** How many bytes of a download tell whether it is an archive. */
const sniffedBytes = 1024;

/**
 * Works out the main context from the options: a git address, a web address (an archive, or else the Dockerfile
 * itself), an input of that name, or the client's folder.
 * @throws InvalidDockerfile for a git address with options that make no sense.
 */
export async function loadMainContext(build: ContextSite, signal: AbortSignal): Promise<MainContext> {
  const { options } = build;
  const dockerfileKey = options.get("dockerfilekey");
  const local: MainContext = {
    root: undefined,
    dockerfile: undefined,
    dockerfileName: dockerfileKey ?? "dockerfile",
    filename: options.get("filename") ?? "Dockerfile",
  };
  const address = options.get(options.get("contextkey") ?? "context") ?? "";
  const git = gitContext(address, {
    keepGitDir: parseBool(options.get("build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR") ?? ""),
    commitTimes:
      (options.get("build-arg:SOURCE_DATE_EPOCH") ?? "") !== "" && build.caps?.has("source.git.mtime") !== false,
  });
  const found =
    git !== undefined
      ? { ...local, ...fromEdge({ vertex: git, output: 0 }) }
      : isWebAddress(address)
        ? await fromDownload(build, local, downloadContext(address, "[internal] load remote build context"), signal)
        : await fromInputs(build, local, signal);
  const subdir = options.get("contextsubdir");
  return {
    ...found,
    root: found.root === undefined || subdir === undefined ? found.root : folderOf(found.root, subdir),
    dockerfile: dockerfileKey === undefined ? found.dockerfile : undefined,
  };
}

/** The source of the local main context, reduced to what is read of it (`followPaths`; absent for all). */
export function localContext(
  build: ContextSite,
  excludePatterns: readonly string[],
  followPaths: readonly string[] | undefined,
): SourceVertex {
  const name = "context";
  return localSource({
    name,
    sessionId: sessionOf(build, name),
    excludePatterns,
    followPaths,
    sharedKeyHint: name,
    title: "[internal] load build context",
  });
}

function fromEdge(edge: Edge): Pick<MainContext, "root" | "dockerfile"> {
  return { root: edge, dockerfile: edge };
}

async function fromDownload(
  build: ContextSite,
  local: MainContext,
  vertex: SourceVertex,
  signal: AbortSignal,
): Promise<MainContext> {
  const download: Edge = { vertex, output: 0 };
  const start = await build.reader.download({
    url: vertex.identifier,
    filename: downloadName,
    length: sniffedBytes,
    definition: () => loadingDefinition(download, build).definition.bytes,
    signal,
  });
  // A reader that cannot download leaves the usual case: a Dockerfile given apart, and an archive as its context.
  if (start === undefined || isArchive(start)) return { ...local, ...fromEdge(unpacked(download)) };
  return { ...local, ...fromEdge(download), filename: downloadName };
}

async function fromInputs(build: ContextSite, local: MainContext, signal: AbortSignal): Promise<MainContext> {
  const inputs = await build.reader.inputs(signal);
  if (inputs.size === 0) return local;
  const read = async (name: string) => {
    const definition = inputs.get(name);
    return definition === undefined ? undefined : inputEdge(definition);
  };
  return { ...local, root: await read("context"), dockerfile: await read(local.dockerfileName) };
}

function unpacked(download: Edge): Edge {
  return copied(download, `/${downloadName}`, { attemptUnpack: true });
}

function folderOf(context: Edge, path: string): Edge {
  return copied(context, path, { dirCopyContents: true });
}

function copied(source: Edge, src: string, how: { attemptUnpack?: boolean; dirCopyContents?: boolean }): Edge {
  return { vertex: { kind: "file", actions: [{ kind: "copy", source, src, dest: "/", ...how }] }, output: 0 };
}
