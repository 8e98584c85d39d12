import { createHash } from "node:crypto";
import { access, realpath, stat } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import type { LocalSource } from "./buildkit/attachable.ts";
import { findOciLayout } from "./oci-layout.ts";
import type { DockerfileInput, SolveOptions } from "./solve-options.ts";

/** What a build reads from this machine, and how the frontend is told of it. */
export interface BuildInputs {
  /** By the names that the definition's local sources have. */
  readonly sources: ReadonlyMap<string, LocalSource>;
  /** OCI layouts that the worker reads images from: folders by store name. */
  readonly ociLayouts: ReadonlyMap<string, string>;
  /** Options of BuildKit's frontend: `filename`, `context`, `context:NAME`… */
  readonly frontendOptions: ReadonlyMap<string, string>;
  /** For the session: what the worker kept of this context before is reused under it. */
  readonly sharedKey: string;
}

/**
 * Finds the context, the Dockerfile and the named contexts. Rejects with a Failure: `context-unreadable` for what is
 * not there or no folder, `usage` for what no build can take.
 */
export async function findInputs(
  input: string | DockerfileInput,
  { dockerfile, namedContexts }: Pick<SolveOptions, "dockerfile" | "namedContexts">,
): Promise<BuildInputs> {
  const sources = new Map<string, LocalSource>();
  const ociLayouts = new Map<string, string>();
  const frontendOptions = new Map<string, string>();
  const context = typeof input === "string" ? input : input.context;

  let sharedKey = "";
  if (context === undefined) {
    sources.set("context", { kind: "memory", files: new Map() });
    sharedKey = sharedKeyOf("");
  } else if (isRemote(context)) {
    frontendOptions.set("context", context);
    sharedKey = sharedKeyOf(context);
  } else {
    const path = await folder(context, "the context");
    sources.set("context", { kind: "folder", path });
    sharedKey = sharedKeyOf(path);
  }

  if (typeof input === "string") await addDockerfile(context, dockerfile, sources, frontendOptions);
  else addDockerfileText(input, sources, frontendOptions);
  for (const [name, source] of Object.entries(namedContexts ?? {})) {
    if (source.startsWith("oci-layout://")) {
      const layout = await findOciLayout(source);
      ociLayouts.set(layout.store, layout.folder);
      frontendOptions.set(`context:${name}`, layout.source);
    } else {
      await addNamedContext(name, source, sources, frontendOptions);
    }
  }
  return { sources, ociLayouts, frontendOptions, sharedKey };
}

/** A git or web address, as BuildKit tells them from folders. */
function isRemote(context: string): boolean {
  return /^(https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)/.test(context);
}

async function addDockerfile(
  context: string | undefined,
  dockerfile: string | undefined,
  sources: Map<string, LocalSource>,
  options: Map<string, string>,
): Promise<void> {
  if (context !== undefined && isRemote(context)) {
    // It lies in the remote context, where `filename` is looked for.
    options.set("filename", dockerfile ?? "Dockerfile");
    return;
  }
  const path = dockerfile === undefined ? join(context ?? ".", "Dockerfile") : resolve(dockerfile);
  const name = basename(path);
  const place = dirname(path);
  sources.set("dockerfile", { kind: "folder", path: await folder(place, "the Dockerfile's folder") });
  options.set("filename", await existingName(place, name));
}

/** `dockerfile` stands in for a `Dockerfile` that is not there. */
async function existingName(place: string, name: string): Promise<string> {
  if (await exists(join(place, name))) return name;
  if (name === "Dockerfile" && (await exists(join(place, "dockerfile")))) return "dockerfile";
  throw new Failure("context-unreadable", `there is no ${name} in ${resolve(place)}`, {
    remedy: "Give its path with -f, or the folder that it is in as the context.",
  });
}

function addDockerfileText(
  { source, filename = "Dockerfile" }: DockerfileInput,
  sources: Map<string, LocalSource>,
  options: Map<string, string>,
): void {
  const content = typeof source === "string" ? Buffer.from(source) : source;
  sources.set("dockerfile", { kind: "memory", files: new Map([[filename, content]]) });
  options.set("filename", filename);
  // Otherwise a remote context's own Dockerfile would be read.
  options.set("dockerfilekey", "dockerfile");
}

async function addNamedContext(
  name: string,
  source: string,
  sources: Map<string, LocalSource>,
  options: Map<string, string>,
): Promise<void> {
  if (isRemote(source) || /^(docker-image:\/\/|target:|input:)/.test(source)) {
    options.set(`context:${name}`, source);
    return;
  }
  const path = await folder(source, `the context "${name}"`);
  // The two names that are taken already.
  const localName = name === "context" || name === "dockerfile" ? `_${name}` : name;
  sources.set(localName, { kind: "folder", path });
  options.set(`context:${name}`, `local:${localName}`);
  options.set(`sharedkey:localdir:${name}`, sharedKeyOf(path));
}

async function folder(path: string, what: string): Promise<string> {
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw new Failure("context-unreadable", `${what} (${path}) cannot be read: ${errnoText(error)}`, { cause: error });
  }
  throw new Failure("context-unreadable", `${what} (${path}) is not a folder`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Equal for one context of one user on one machine, and telling nobody else what it is. */
function sharedKeyOf(path: string): string {
  return createHash("sha256").update([hostname(), homedir(), path].join("\0")).digest("hex");
}
