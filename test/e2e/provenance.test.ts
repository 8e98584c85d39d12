import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { provenances } from "./attested-images.ts";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { git } from "./web-server.ts";
import { testWorker } from "./worker.ts";

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
