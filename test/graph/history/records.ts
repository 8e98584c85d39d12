import { digestOf } from "../../../src/digest.ts";
import { compile } from "../../../src/graph/compile.ts";
import type { CompileOptions } from "../../../src/graph/compile-options.ts";
import type { BuildRecord, RecordedVertex } from "../../../src/graph/history/build-record.ts";
import type { Manifest, ManifestFile } from "../../../src/graph/history/manifest.ts";
import { contentIn, recordVertices } from "../../../src/graph/history/record-of.ts";
import { redacter } from "../../../src/graph/history/redact.ts";

const config = {
  os: "linux",
  architecture: "amd64",
  config: { Env: ["PATH=/bin"] },
  rootfs: { type: "layers", diff_ids: [digestOf("layer")] },
};

export const base = "docker.io/library/alpine:latest";

export interface MadeBuild {
  readonly dockerfile: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** By path: what the context holds, or that with permissions. */
  readonly files?: Readonly<Record<string, string | readonly [content: string, permissions: number]>>;
  readonly baseDigest?: string;
  readonly platforms?: readonly string[];
  readonly options?: CompileOptions;
  readonly ref?: string;
  readonly worker?: string;
  /** The states of vertices, by a part of their names; `completed` for all others. */
  readonly states?: Readonly<Record<string, RecordedVertex["state"]>>;
}

/** A record as a build of this Dockerfile leaves one. */
export async function recordOf(build: MadeBuild): Promise<BuildRecord> {
  const { dockerfile, buildArgs = {}, files = {}, baseDigest = digestOf("base"), platforms, options = {} } = build;
  const { ref = "ref", worker = "unix:///worker", states = {} } = build;
  const compilation = await compile(dockerfile, {
    buildArgs,
    images: { [base]: { digest: baseDigest, config } },
    ...(platforms === undefined ? {} : { targetPlatforms: platforms }),
    ...options,
  });
  const locals = compilation.graph.vertices.filter(
    ({ op }) => op.kind === "source" && op.identifier.startsWith("local://"),
  );
  const manifests = new Map(locals.map(({ digest }) => [digest, manifestOf(files)]));
  const hash = (text: string) => digestOf(`key ${text}`).slice(7, 29);
  const redact = redacter(buildArgs);
  const stateOf = (name: string) => Object.entries(states).find(([part]) => name.includes(part))?.[1] ?? "completed";
  const news = new Map(
    compilation.graph.vertices.map(({ digest, name }, index) => [
      digest,
      {
        state: stateOf(name),
        runs: [{ started: index * 1000, completed: index * 1000 + 500 }],
        bytes: 0,
        exitCode: undefined,
        log: [`log of ${name}`, ...Object.values(buildArgs)],
      },
    ]),
  );
  const vertices = recordVertices(compilation, { news, hash, redact, contentOf: contentIn(manifests) });
  return {
    ref,
    origin: "solve",
    started: 1_700_000_000_000,
    completed: 1_700_000_010_000,
    outcome: "completed",
    context: "/context",
    dockerfile: "",
    target: "",
    platforms: compilation.platforms.map(({ platform }) => platform),
    worker: { description: "a worker", address: worker, version: "", platforms: ["linux/amd64"] },
    ran: vertices.length,
    cached: 0,
    dockerfileDigest: digestOf(dockerfile),
    buildArgs: new Map(Object.entries(buildArgs).map(([name, value]) => [name, hash(value)])),
    vertices,
    manifests,
  };
}

/** As of a folder with these files, and the folders that they are in. */
export function manifestOf(files: NonNullable<MadeBuild["files"]>): Manifest {
  const found = new Map<string, ManifestFile>();
  for (const [path, file] of Object.entries(files)) {
    const [content, permissions] = typeof file === "string" ? ([file, 0o644] as const) : file;
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
      const folder = path.slice(0, at);
      found.set(folder, { ...plain, path: folder, kind: "directory", permissions: 0o755, digest: digestOf("folder") });
    }
    found.set(path, {
      ...plain,
      path,
      permissions,
      size: content.length,
      content: digestOf(content),
      digest: digestOf(`${permissions} ${content}`),
    });
  }
  return { files: [...found.values()] };
}

const plain = { kind: "file", size: 0, target: "", content: "", stamp: "" } as const;
