import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { git } from "./web-server.ts";
import { run, testWorker } from "./worker.ts";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

const dockerfile = `ARG BASE
FROM $BASE AS made
ARG WHO=nobody
RUN --mount=type=secret,id=word echo $WHO > /who
FROM scratch
COPY --from=made /who /
COPY a.txt /
LABEL of=both
`;

test.each([
  ["by default", []],
  ["mode=min", ["--provenance=mode=min"]],
  ["mode=max, SLSA 1", ["--provenance=mode=max,version=v1"]],
  [
    "mode=max, SLSA 0.2, reproducible, by a builder",
    ["--attest=type=provenance,mode=max,version=v0.2,reproducible=true,builder-id=https://builder.example/1"],
  ],
  ["two platforms", ["--provenance=mode=max", "--platform=linux/amd64,linux/arm64"]],
])("the provenance says what docker buildx has it say: %s", async (_, flags) => {
  const context = repository();
  const [ours, theirs] = [await provenances(context, flags, "ours"), await provenances(context, flags, "theirs")];
  expect(ours.length).toBe(flags.some((flag) => flag.startsWith("--platform")) ? 2 : 1);
  expect(ours).toEqual(theirs);
  const [first] = ours;
  const told = JSON.stringify(first);
  expect(told).toContain('"frontend":"dockerfile.v0"');
  expect(told).toContain(git(context, "rev-parse", "HEAD"));
  expect(told).not.toContain("s3cret");
});

test("a syntax line of docker's own is told of, and not followed", async () => {
  const context = contextWith("# syntax=docker/dockerfile:1\nFROM scratch\nCOPY a.txt /\n");
  const [ours] = await provenances(context, ["--provenance=mode=max"], "ours");
  expect(ours).toMatchObject({
    predicate: { invocation: { parameters: { args: { cmdline: "docker/dockerfile:1" }, frontend: "dockerfile.v0" } } },
  });
});

test("a build that is forwarded attests as it does with docker buildx: provenance, SBOM, and what --metadata-file has", async () => {
  const context = repository();
  const generator = `${testWorker().registry}/generator`;
  const scan = contextWith(`ARG BASE
FROM $BASE
ENTRYPOINT ["/bin/sh", "-c", "echo '{\\"_type\\":\\"https://in-toto.io/Statement/v0.1\\",\\"predicateType\\":\\"https://spdx.dev/Document\\",\\"predicate\\":{}}' > $BUILDKIT_SCAN_DESTINATION/mine.spdx.json"]
`);
  await build(scan, { push: true, tags: [generator], attestations: { provenance: false } });
  const flags = ["--provenance=mode=max", `--attest=type=sbom,generator=${generator}`];
  const files = ["ours", "theirs"].map((name) => join(temporaryFolder(), `${name}.json`));
  const [mine = "", other = ""] = files;
  const ours = await provenances(context, [...flags, "--syntax=forward", `--metadata-file=${mine}`], "ours");
  const theirs = await provenances(context, [...flags, `--metadata-file=${other}`], "theirs");
  expect(ours).toHaveLength(2);
  expect(ours).toEqual(theirs);
  expect(JSON.stringify(ours)).toContain("https://spdx.dev/Document");
  const [told, expected] = files.map((file) => Object.keys(JSON.parse(readFileSync(file, "utf8"))));
  expect(told).toEqual(expected);
  expect(told).toContain("containerimage.digest");
});

/** A context that git knows of. */
function repository(): string {
  const context = contextWith(dockerfile);
  git(context, "init", "-q");
  git(context, "remote", "add", "origin", "https://user:s3cret@git.example/a/b.git");
  git(context, "add", "-A");
  git(context, "commit", "-qm", "one");
  return context;
}

/** The provenances and SBOMs of the image that one of the two pushes, without what no two builds have in common. */
async function provenances(
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
