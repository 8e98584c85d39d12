import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import tar from "tar-stream";
import { run } from "./run.mjs";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

/**
 * Pushes `<registry>/base:latest`, an image index with busybox for linux/amd64 and linux/arm64, so that builds have a
 * base without reaching any registry outside. Equal programs give equal digests.
 * @param {string} prefix folder of the unpacked programs
 * @param {string} registry host:port, spoken to without TLS
 */
export async function pushBaseImage(prefix, registry) {
  const repository = `http://${registry}/v2/base`;
  const applets = run(join(prefix, `busybox-${process.arch === "arm64" ? "arm64" : "amd64"}/usr/bin/busybox`), [
    "--list",
  ])
    .trim()
    .split("\n");
  const manifests = [];
  for (const architecture of ["amd64", "arm64"]) {
    const layer = await packLayer(join(prefix, `busybox-${architecture}/usr/bin/busybox`), applets);
    const config = json({
      architecture,
      os: "linux",
      config: { Env: ["PATH=/bin"], Cmd: ["/bin/sh"] },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
      history: [{ created_by: "busybox" }],
    });
    const manifest = json({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...(await pushBlob(repository, config)) },
      layers: [
        { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...(await pushBlob(repository, gzipSync(layer))) },
      ],
    });
    const pushed = await pushManifest(repository, manifest, manifestType);
    manifests.push({ mediaType: manifestType, ...pushed, platform: { os: "linux", architecture } });
  }
  await pushManifest(repository, json({ schemaVersion: 2, mediaType: indexType, manifests }), indexType, "latest");
}

async function packLayer(busybox, applets) {
  const pack = tar.pack();
  const mtime = new Date(0);
  for (const name of ["bin", "dev", "etc", "proc", "root", "sys", "usr", "var"])
    pack.entry({ name, type: "directory", mode: 0o755, mtime });
  pack.entry({ name: "tmp", type: "directory", mode: 0o1777, mtime });
  pack.entry({ name: "bin/busybox", mode: 0o755, mtime }, readFileSync(busybox));
  for (const applet of applets.filter((name) => name !== "busybox"))
    pack.entry({ name: `bin/${applet}`, type: "symlink", linkname: "busybox", mtime });
  pack.entry({ name: "etc/passwd", mode: 0o644, mtime }, "root:x:0:0:root:/root:/bin/sh\n");
  pack.entry({ name: "etc/group", mode: 0o644, mtime }, "root:x:0:\n");
  pack.finalize();
  return buffer(pack);
}

async function pushBlob(repository, content) {
  const digest = digestOf(content);
  const known = await fetch(`${repository}/blobs/${digest}`, { method: "HEAD" });
  if (!known.ok) {
    const started = await fetch(`${repository}/blobs/uploads/`, { method: "POST" });
    const location = new URL(started.headers.get("location") ?? "", repository);
    location.searchParams.set("digest", digest);
    await expectOk(
      await fetch(location, { method: "PUT", body: content, headers: { "content-type": "application/octet-stream" } }),
    );
  }
  return { digest, size: content.length };
}

async function pushManifest(repository, content, type, tag = digestOf(content)) {
  await expectOk(
    await fetch(`${repository}/manifests/${tag}`, { method: "PUT", body: content, headers: { "content-type": type } }),
  );
  return { digest: digestOf(content), size: content.length };
}

async function expectOk(response) {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
}

function digestOf(content) {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function json(value) {
  return Buffer.from(JSON.stringify(value));
}
