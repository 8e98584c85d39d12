import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { finishCaches, planCaches } from "../../src/solver/caches.ts";

// Of `{}`.
const digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

describe("types that need nothing of this machine", () => {
  test("go to the worker as they are", async () => {
    const registry = { type: "registry", attrs: { ref: "r.example/cache", mode: "max", "ignore-error": "true" } };
    const azure = { type: "azblob", attrs: { account_url: "https://a.example", name: "app" } };
    const plan = await planCaches({ cacheFrom: [registry, azure], cacheTo: [registry, { type: "inline" }] }, {});
    expect(plan.imports).toEqual([registry, azure]);
    expect(plan.exports).toEqual([registry, { type: "inline", attrs: {} }]);
    expect(plan.stores.size).toBe(0);
  });

  test("the build argument of inline caches asks for one", async () => {
    const asked = await planCaches({ buildArgs: { BUILDKIT_INLINE_CACHE: "1" } }, {});
    expect(asked.exports).toEqual([{ type: "inline", attrs: {} }]);
    expect((await planCaches({ buildArgs: { BUILDKIT_INLINE_CACHE: "0" } }, {})).exports).toEqual([]);
  });

  test.each([
    ["registry", "ref"],
    ["local", "dest"],
  ])("%s without %s is refused", async (type, name) => {
    await expect(planCaches({ cacheTo: [{ type, attrs: {} }] }, {})).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining(name),
    });
  });
});

describe("GitHub's cache", () => {
  const workflow = {
    ACTIONS_RUNTIME_TOKEN: "t0ken",
    ACTIONS_CACHE_URL: "https://one.example/",
    ACTIONS_RESULTS_URL: "https://two.example/",
  };

  test("takes from a workflow what the entry does not say", async () => {
    const { imports } = await planCaches(
      { cacheFrom: [{ type: "gha", attrs: { scope: "main", url: "mine" } }] },
      workflow,
    );
    expect(imports).toEqual([{ type: "gha", attrs: { scope: "main", url: "mine", token: "t0ken" } }]);
  });

  test.each([
    [{ version: "2" }, {}],
    [{}, { ACTIONS_CACHE_SERVICE_V2: "True" }],
  ])("of the second version has an address of its own (%o, %o)", async (attrs, env) => {
    const { exports } = await planCaches({ cacheTo: [{ type: "gha", attrs }] }, { ...workflow, ...env });
    expect(exports[0]?.attrs).toMatchObject({ url_v2: "https://two.example/", url: "https://one.example/" });
  });

  test("outside of a workflow is passed over", async () => {
    const entry = { type: "gha", attrs: { scope: "main" } };
    const { imports, exports } = await planCaches({ cacheFrom: [entry], cacheTo: [entry] }, {});
    expect([imports, exports]).toEqual([[], []]);
  });
});

describe("S3", () => {
  const env = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key", AWS_SESSION_TOKEN: "session" };

  test("takes the keys of the environment", async () => {
    const { imports } = await planCaches({ cacheFrom: [{ type: "s3", attrs: { bucket: "b", region: "r" } }] }, env);
    expect(imports[0]?.attrs).toEqual({
      bucket: "b",
      region: "r",
      access_key_id: "id",
      secret_access_key: "key",
      session_token: "session",
    });
  });

  test("with keys of its own gets no session of others", async () => {
    const attrs = { bucket: "b", access_key_id: "mine", secret_access_key: "mine" };
    expect((await planCaches({ cacheFrom: [{ type: "s3", attrs }] }, env)).imports[0]?.attrs).toEqual(attrs);
  });
});

describe("a local cache", () => {
  test("that is not there is left out, with a note", async () => {
    const { imports, notes } = await planCaches(
      { cacheFrom: [{ type: "local", attrs: { src: join(folder(), "no") } }] },
      {},
    );
    expect(imports).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/no is left out: it does not exist/)]);
  });

  test.each([
    ["no cache of the tag", '{"manifests": []}', "nothing tagged main"],
    ["an index that is cut off", '{"manif', "its index is damaged"],
    ["an index without blobs", JSON.stringify({ manifests: [entry("main")] }), "it lacks sha256"],
  ])("with %s is left out", async (_, index, note) => {
    const src = folder();
    writeFileSync(join(src, "index.json"), index);
    const { imports, notes } = await planCaches({ cacheFrom: [{ type: "local", attrs: { src, tag: "main" } }] }, {});
    expect(imports).toEqual([]);
    expect(notes.join()).toContain(note);
  });

  test("whose manifest is not what its digest says is left out", async () => {
    const src = cacheWith("{ }");
    const { imports, notes } = await planCaches({ cacheFrom: [{ type: "local", attrs: { src } }] }, {});
    expect(imports).toEqual([]);
    expect(notes.join()).toContain("is damaged");
  });

  test("is asked for by digest, under a name that does not tell where it is", async () => {
    const src = cacheWith("{}");
    const { imports, stores } = await planCaches({ cacheFrom: [{ type: "local", attrs: { src } }] }, {});
    const [cache] = imports;
    expect(cache?.attrs).toEqual({ src: expect.stringMatching(/^[0-9a-f]{32}$/), digest });
    expect([...stores]).toEqual([[`local:${cache?.attrs?.src}`, { path: src, writable: false }]]);
  });

  test("is found again under its tag, and so are those of others", async () => {
    const dest = join(folder(), "new/cache");
    const plans = await Promise.all(
      ["latest", "other", "latest"].map((tag) =>
        planCaches({ cacheTo: [{ type: "local", attrs: { dest, tag } }] }, {}),
      ),
    );
    expect(existsSync(dest)).toBe(true);
    const response = new Map([["cache.manifest", JSON.stringify({ digest, size: 2, mediaType: "m" })]]);
    await Promise.all(plans.map((plan) => finishCaches(plan, response, () => {})));
    const index = JSON.parse(readFileSync(join(dest, "index.json"), "utf8"));
    expect(index).toMatchObject({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json" });
    expect(index.manifests).toHaveLength(2);
    expect(index.manifests).toContainEqual(entry("latest"));
    expect(index.manifests).toContainEqual(entry("other"));
    expect(JSON.parse(readFileSync(join(dest, "oci-layout"), "utf8"))).toEqual({ imageLayoutVersion: "1.0.0" });
    expect(existsSync(join(dest, "index.json.lock"))).toBe(false);
  });
});

function entry(tag: string) {
  return { mediaType: "m", size: 2, digest, annotations: { "org.opencontainers.image.ref.name": tag } };
}

/** A cache in a folder, with that under the digest of its one manifest. */
function cacheWith(manifest: string): string {
  const src = folder();
  writeFileSync(join(src, "index.json"), JSON.stringify({ manifests: [entry("latest")] }));
  mkdirSync(join(src, "blobs/sha256"), { recursive: true });
  writeFileSync(join(src, "blobs/sha256", digest.slice("sha256:".length)), manifest);
  return src;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "llbc-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
