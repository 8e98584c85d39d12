// What llbc has of each flag of docker buildx build: the test that shows it, as [file, name], or why it has it not.
const flags = "test/e2e/flags.test.ts";
const parsed = "test/cli/parse/flags.test.ts";
const compile = "test/cli/compile.test.ts";
const usage = "test/cli/solve.test.ts";
const exports = "test/e2e/exports.test.ts";
const contexts = "test/e2e/contexts.test.ts";
const builders = "test/e2e/builders.test.ts";
const environment = "test/e2e/environment.test.ts";
const meansOption = [compile, "%j means what the library's option means"];

export const rows = {
  "add-host": { test: [environment, "the address host-gateway is that of the engine's machine, as for docker buildx"] },
  allow: { test: [flags, "what a step may do beyond the usual has to be allowed"] },
  annotation: { test: [exports, "annotations at every level"] },
  attest: {
    test: [parsed, "attestations: the first of a type counts, attributes stay as they are, true and false are enough"],
  },
  "build-arg": { test: meansOption },
  "build-context": {
    test: [contexts, "named contexts of every other kind: a folder, a file on the web, an image in a folder"],
    note: "Images by docker-image:// in `test/e2e/command-line.test.ts`, git in the test of git addresses.",
  },
  builder: {
    test: [builders, "builders that buildx made are used by name, by BUILDX_BUILDER, and as the current one"],
    note: "Several nodes share out the platforms: `several nodes build what each was made for, and push the index that docker buildx pushes`. The driver kubernetes is refused with the way out.",
  },
  "cache-from": { test: [flags, "cache goes into a folder and comes from it"] },
  "cache-to": { test: [flags, "cache goes into a folder and comes from it"] },
  call: { test: [flags, "a call tells what docker buildx tells"] },
  "cgroup-parent": { test: meansOption },
  check: { test: [flags, "a call tells what docker buildx tells"] },
  debug: {
    test: [usage, "with --debug the causes of a failure are told, too"],
    note: "Tells the causes of a failure.",
  },
  file: {
    test: [contexts, "web addresses: an archive as the context, a Dockerfile as the context, a Dockerfile for -f"],
  },
  help: { test: ["test/cli/help.test.ts", "%s is explained with examples, by --help and by help"] },
  iidfile: { test: [flags, "the files about a result, and what --quiet prints, are those of docker buildx"] },
  label: { test: meansOption },
  load: { test: [flags, "--load, --pull and names: the engine has the image, and its registry has not"] },
  "metadata-file": {
    test: [
      environment,
      "BUILDX_METADATA_PROVENANCE and BUILDX_METADATA_WARNINGS: what the metadata file tells besides",
    ],
  },
  network: { test: [flags, "what a step may do beyond the usual has to be allowed"] },
  "no-cache": { test: meansOption },
  "no-cache-filter": { test: meansOption },
  output: { test: [exports, "attributes of the image exporter: names, compression, media types"] },
  platform: {
    test: ["test/e2e/images.test.ts", "the image of two platforms runs with docker on both, each on its machine"],
  },
  progress: { test: [flags, "raw JSON tells of the steps that docker buildx tells of, in its form"] },
  provenance: {
    test: ["test/e2e/provenance.test.ts", "the provenance says what docker buildx has it say: %s"],
    note: "How that comes about where llbc compiles: environment.md.",
  },
  pull: { test: [flags, "--load, --pull and names: the engine has the image, and its registry has not"] },
  push: { test: [flags, "--push=true is --push, and an image that is pushed is in the registry"] },
  quiet: { test: [flags, "the files about a result, and what --quiet prints, are those of docker buildx"] },
  sbom: { test: [exports, "an SBOM by a generator of one's own, and a provenance that tells all"] },
  secret: { test: [flags, "secrets come from files and the environment, and are in no output"] },
  "shm-size": { test: meansOption },
  ssh: { test: [flags, "a key is served to the step that asks for it"] },
  tag: { test: [flags, "--load, --pull and names: the engine has the image, and its registry has not"] },
  target: { test: meansOption },
  ulimit: { test: meansOption },
};
