import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { temporaryFolder } from "./builds.ts";
import { run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

/** The provenances and SBOMs of the image that one of the two pushes, without what no two builds have in common. */
export async function provenances(
  context: string,
  flags: readonly string[],
  who: "ours" | "theirs",
): Promise<readonly unknown[]> {
  const { base, registry } = testWorker();
  writeFileSync(join(context, ".dockerignore"), ".git\n");
  const args = [
    ...["build", context, "-t", `${registry}/provenance`, "--push", "--label", "a=b"],
    ...["--build-arg", `BASE=${base}`, "--build-arg", "WHO=me", "--secret", "id=word,env=WORD", ...flags],
  ];
  const env = { WORD: "s3cret", DOCKER_CONFIG: temporaryFolder() };
  const ran = await (who === "ours"
    ? run(process.execPath, [cli, ...args], { env })
    : run("docker-buildx", args, { env }));
  expect(ran.code, ran.stderr).toBe(0);
  const read = async (kind: "manifests" | "blobs", name: string) => {
    const headers = { accept: "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json" };
    return (await fetch(`http://${registry}/v2/provenance/${kind}/${name}`, { headers })).text();
  };
  const index: Index = JSON.parse(await read("manifests", "latest"));
  const attestations = index.manifests.filter(({ platform }) => platform.os === "unknown");
  const statements = await Promise.all(
    attestations.map(async ({ digest }) => {
      const manifest: Manifest = JSON.parse(await read("manifests", digest));
      return Promise.all(manifest.layers.map((layer) => read("blobs", layer.digest)));
    }),
  );
  return statements.flat().map((statement) => JSON.parse(statement, withoutChance));
}

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly platform: { readonly os: string } }[];
}

interface Manifest {
  readonly layers: readonly { readonly digest: string }[];
}

/** Times, the build's id, and digests of what names a session. */
function withoutChance(key: string, value: unknown): unknown {
  if (/^(build)?(StartedOn|FinishedOn|InvocationID|invocationID|invocationId|startedOn|finishedOn)$/.test(key))
    return "…";
  return key === "digestMapping" && typeof value === "object" && value !== null ? Object.values(value).sort() : value;
}
