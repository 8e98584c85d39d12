import { existsSync, realpathSync, statSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { digestOf } from "../digest.ts";
import { errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import { isWebAddress } from "../graph/context/http-source.ts";
import { parseGitRef } from "../graph/git-ref.ts";
import { utf8Bytes } from "../utf8.ts";
import type { LocalSource } from "./buildkit/attachable.ts";
import { newId } from "./buildkit/new-id.ts";
import { type Uploads, uploadAddress } from "./buildkit/uploads.ts";
import { findOciLayout } from "./oci-layout.ts";
import { isRemoteAddress, isRemoteContext } from "./remote-address.ts";
import type { ContextInput, DockerfileInput, SolveOptions } from "./solve-options.ts";

/** What a build reads from this machine, and how the frontend is told of it. */
export interface BuildInputs {
  /** By the names that the definition's local sources have. */
  readonly sources: ReadonlyMap<string, LocalSource>;
  /** OCI layouts that the worker reads images from: folders by store name. */
  readonly ociLayouts: ReadonlyMap<string, string>;
  /** Options of BuildKit's frontend: `filename`, `context`, `context:NAME`… */
  readonly frontendOptions: ReadonlyMap<string, string>;
  /** Contexts that are sent as archives, by the ids of their addresses. */
  readonly uploads: Uploads;
  /** Where the Dockerfile is on the web and not in the context: until the worker has read it, it is empty. */
  readonly dockerfileUrl: string | undefined;
  /** For the session: what the worker kept of this context before is reused under it. */
  readonly sharedKey: string;
}

/**
 * Finds the context, the Dockerfile and the named contexts. Rejects with a Failure: `context-unreadable` for what is
 * not there or no folder, `usage` for what no build can take.
 */
export async function findInputs(
  input: ContextInput,
  { dockerfile, namedContexts = {} }: Pick<SolveOptions, "dockerfile" | "namedContexts">,
): Promise<BuildInputs> {
  const draft = { sources: new Map(), ociLayouts: new Map(), uploads: new Map(), frontendOptions: new Map() };
  const main = addMainContext(input, draft);
  const dockerfileUrl = addDockerfile(input, main, dockerfile, draft);
  for (const [name, source] of Object.entries(namedContexts)) await addNamedContext(name, source, draft);
  const caps = frontendCaps(main.kind === "remote" ? main.address : "", Object.values(namedContexts));
  if (caps.length > 0) draft.frontendOptions.set("frontend.caps", caps.join(","));
  return { ...draft, sharedKey: sharedKeyOf(main.key), dockerfileUrl };
}

/** What has been found so far. */
interface Draft {
  readonly sources: Map<string, LocalSource>;
  readonly ociLayouts: Map<string, string>;
  readonly uploads: Map<string, AsyncIterable<Uint8Array>>;
  readonly frontendOptions: Map<string, string>;
}

type Main =
  | { readonly kind: "folder" | "none" | "archive"; readonly key: string; readonly path: string }
  | { readonly kind: "remote"; readonly key: string; readonly address: string };

function addMainContext(input: ContextInput, { sources, uploads, frontendOptions }: Draft): Main {
  if (typeof input !== "string" && (typeof input !== "object" || input === null)) {
    // Programs without types may give anything.
    throw new TypeError("what is built is the path or address of a context, or an object with a source or an archive");
  }
  if (typeof input === "object" && "archive" in input) {
    const id = newId();
    uploads.set(id, input.archive instanceof Uint8Array ? piecesOf(input.archive) : input.archive);
    frontendOptions.set("context", uploadAddress(id));
    return { kind: "archive", key: "", path: "" };
  }
  const context = typeof input === "string" ? input : input.context;
  if (context === undefined) {
    sources.set("context", { kind: "memory", files: new Map() });
    return { kind: "none", key: "", path: "" };
  }
  if (isRemoteContext(context)) {
    frontendOptions.set("context", context);
    return { kind: "remote", key: context, address: context };
  }
  const path = folder(context, "the context");
  sources.set("context", { kind: "folder", path });
  return { kind: "folder", key: path, path: context };
}

/** Read anew by every session. */
function piecesOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  };
}

/** The address of the Dockerfile where it is on the web and not in the context: it is to be read by the worker. */
function addDockerfile(
  input: ContextInput,
  main: Main,
  dockerfile: string | undefined,
  draft: Draft,
): string | undefined {
  const { sources, frontendOptions } = draft;
  if (typeof input === "object" && "source" in input) {
    addDockerfileText(input, draft);
    return undefined;
  }
  if (dockerfile !== undefined && isWebAddress(dockerfile)) {
    addDockerfileText({ source: "" }, draft);
    return dockerfile;
  }
  if (main.kind === "archive" || (main.kind === "remote" && !isAbsolute(dockerfile ?? ""))) {
    // It lies in the context, where `filename` is looked for.
    frontendOptions.set("filename", dockerfile ?? "Dockerfile");
    return undefined;
  }
  const path = dockerfile === undefined && main.kind === "folder" ? join(main.path, "Dockerfile") : dockerfile;
  const place = dirname(resolve(path ?? "Dockerfile"));
  sources.set("dockerfile", { kind: "folder", path: folder(place, "the Dockerfile's folder") });
  frontendOptions.set("filename", existingName(place, basename(path ?? "Dockerfile")));
  if (main.kind === "remote") frontendOptions.set("dockerfilekey", "dockerfile");
  return undefined;
}

/** What a frontend has to be able to, so that one that is not ours can refuse what it would overlook. */
function frontendCaps(context: string, named: readonly string[]): readonly string[] {
  return [
    ...(named.length > 0 ? ["moby.buildkit.frontend.contexts+forward"] : []),
    ...(hasGitQuery(context) ? ["moby.buildkit.frontend.gitquerystring"] : []),
    ...(named.some(hasGitQuery) ? ["moby.buildkit.frontend.gitquerystring+forward"] : []),
  ];
}

function hasGitQuery(address: string): boolean {
  return /^[^#]*\?./.test(address) && parseGitRef(address).kind === "git";
}

/** `dockerfile` stands in for a `Dockerfile` that is not there. */
function existingName(place: string, name: string): string {
  if (existsSync(join(place, name))) return name;
  if (name === "Dockerfile" && existsSync(join(place, "dockerfile"))) return "dockerfile";
  throw new Failure("context-unreadable", `there is no ${name} in ${resolve(place)}`, {
    remedy: "Give its path with -f, or the folder that it is in as the context.",
  });
}

function addDockerfileText(
  { source, filename = "Dockerfile" }: Pick<DockerfileInput, "source" | "filename">,
  { sources, frontendOptions }: Draft,
): void {
  sources.set("dockerfile", { kind: "memory", files: new Map([[filename, utf8Bytes(source)]]) });
  frontendOptions.set("filename", filename);
  // Otherwise a remote context's own Dockerfile would be read.
  frontendOptions.set("dockerfilekey", "dockerfile");
}

async function addNamedContext(name: string, source: string, draft: Draft): Promise<void> {
  const { sources, ociLayouts, frontendOptions } = draft;
  if (isRemoteAddress(source) || /^(docker-image:\/\/|target:|input:)/.test(source)) {
    frontendOptions.set(`context:${name}`, source);
    return;
  }
  if (source.startsWith("oci-layout://")) {
    const layout = await findOciLayout(source);
    ociLayouts.set(layout.store, layout.folder);
    frontendOptions.set(`context:${name}`, layout.source);
    return;
  }
  const path = folder(source, `the context "${name}"`);
  // The two names that are taken already.
  const localName = name === "context" || name === "dockerfile" ? `_${name}` : name;
  sources.set(localName, { kind: "folder", path });
  frontendOptions.set(`context:${name}`, `local:${localName}`);
  frontendOptions.set(`sharedkey:localdir:${name}`, sharedKeyOf(path));
}

/** Asked at once: a few calls that take microseconds, where a pool of threads would have to start first. */
function folder(path: string, what: string): string {
  try {
    const real = realpathSync.native(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw new Failure("context-unreadable", `${what} (${path}) cannot be read: ${errnoText(error)}`, { cause: error });
  }
  throw new Failure("context-unreadable", `${what} (${path}) is not a folder`);
}

/** Equal for one context of one user on one machine, and telling nobody else what it is. */
function sharedKeyOf(path: string): string {
  return digestOf([hostname(), homedir(), path].join("\0")).slice("sha256:".length);
}
