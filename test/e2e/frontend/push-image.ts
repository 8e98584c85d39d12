import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import tar from "tar-stream";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

export interface ImageFile {
  readonly path: string;
  readonly mode?: number;
  /** A folder if absent. */
  readonly content?: Uint8Array | string;
}

export interface PlatformImage {
  readonly os: string;
  readonly architecture: string;
  readonly layers: readonly Buffer[];
  /** The image config; what says which layers there are is filled in. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A layer with files that are as old as can be. */
export async function packLayer(files: readonly ImageFile[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { path, mode, content } of files) {
    const entry = { name: path.replace(/^\//, ""), mtime: new Date(0) };
    if (content === undefined) pack.entry({ ...entry, type: "directory", mode: mode ?? 0o755 });
    else pack.entry({ ...entry, mode: mode ?? 0o644 }, Buffer.from(content));
  }
  pack.finalize();
  return buffer(pack);
}

/** Pushes an image for each platform, as one index, to `<registry>/<name>:<tag>`; returns the reference. */
export async function pushImage(
  registry: string,
  name: string,
  tag: string,
  platforms: readonly PlatformImage[],
): Promise<string> {
  const repository = `http://${registry}/v2/${name}`;
  const manifests = [];
  for (const { os, architecture, layers, config } of platforms) {
    const diffIds = layers.map(digestOf);
    const history = layers.map((_, index) => ({ created_by: `layer ${index}` }));
    const full = json({ history, ...config, os, architecture, rootfs: { type: "layers", diff_ids: diffIds } });
    const blobs = [];
    for (const layer of layers) {
      const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
      blobs.push({ mediaType, ...(await pushBlob(repository, zipped(layer))) });
    }
    const configMediaType = "application/vnd.oci.image.config.v1+json";
    const manifest = json({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: configMediaType, ...(await pushBlob(repository, full)) },
      layers: blobs,
    });
    const pushed = await pushManifest(repository, manifest, manifestType, digestOf(manifest));
    manifests.push({ mediaType: manifestType, ...pushed, platform: { os, architecture } });
  }
  await pushManifest(repository, json({ schemaVersion: 2, mediaType: indexType, manifests }), indexType, tag);
  return `${registry}/${name}:${tag}`;
}

const zippedLayers = new Map<Buffer, Buffer>();

function zipped(layer: Buffer): Buffer {
  const known = zippedLayers.get(layer) ?? gzipSync(layer, { level: 1 });
  zippedLayers.set(layer, known);
  return known;
}

async function pushBlob(repository: string, content: Buffer) {
  const digest = digestOf(content);
  const known = await fetch(`${repository}/blobs/${digest}`, { method: "HEAD" });
  if (!known.ok) {
    const started = await fetch(`${repository}/blobs/uploads/`, { method: "POST" });
    const location = new URL(started.headers.get("location") ?? "", repository);
    location.searchParams.set("digest", digest);
    const headers = { "content-type": "application/octet-stream" };
    await expectOk(await fetch(location, { method: "PUT", body: new Uint8Array(content), headers }));
  }
  return { digest, size: content.length };
}

async function pushManifest(repository: string, content: Buffer, type: string, reference: string) {
  const headers = { "content-type": type };
  const body = new Uint8Array(content);
  await expectOk(await fetch(`${repository}/manifests/${reference}`, { method: "PUT", body, headers }));
  return { digest: digestOf(content), size: content.length };
}

async function expectOk(response: Response): Promise<void> {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
