import { type Command, InvalidArgumentError, Option } from "commander";
import { progressModes } from "../progress/progress-mode.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { addBuildFlags, collect } from "./build-flags.ts";
import { addLegacyFlags } from "./legacy-flags.ts";
import type { SolveFlags } from "./solve-flags.ts";

/** `llbc solve [CONTEXT]`, alias `build`, with the flags of `docker buildx build`. */
export function addSolveCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("solve")
    .alias("build")
    .summary("build a Dockerfile on a BuildKit worker")
    .description(
      "Build a Dockerfile on a BuildKit worker: a Docker engine or a buildkitd.\nThe Dockerfile is compiled here, to the LLB that BuildKit's own frontend emits, so the cache is shared with docker buildx.",
    )
    .argument("[context]", "folder that the build reads, a git or web address, or - for standard input", ".");
  addLegacyFlags(addBuildFlags(command))
    .option("-t, --tag <name>", "name of the image: [registry/]repository[:tag]", collect, [])
    .option("-o, --output <spec>", "where the result goes; see below", collect, [])
    .option("--push", "push the image to its registry: short for -o type=image,push=true")
    .option("--load", "load the image into the Docker engine: short for -o type=docker")
    .option("--pull", "look images up in their registries, also those that the worker has")
    .option("--secret <spec>", "a secret for RUN --mount=type=secret: id=NAME[,src=FILE|,env=VARIABLE]", collect, [])
    .option(
      "--ssh <spec>",
      "an SSH agent or keys for RUN --mount=type=ssh: default, or ID=SOCKET|KEY[,KEY]",
      collect,
      [],
    )
    .option(
      "--cache-from <spec>",
      "where to look for cache: an image, or type=registry|local|gha|s3|azblob,…",
      collect,
      [],
    )
    .option("--cache-to <spec>", "where to write cache: the same, or type=inline", collect, [])
    .option("--attest <spec>", "an attestation: type=provenance|sbom[,key=value]", collect, [])
    .option("--provenance <value>", "short for --attest type=provenance: true, false, mode=max…")
    .option("--sbom <value>", "short for --attest type=sbom: true, false, generator=IMAGE…")
    .option("--annotation <[level:]key=value>", "annotation of the image, or of its index", collect, [])
    .option("--source-policy-file <file>", "JSON with rules for sources: allow, deny, convert")
    .option("--allow <entitlement>", "let steps do more: network.host, security.insecure, device", collect, [])
    .option("--call <method>", "what is asked: build, check, outline, targets… [,format=json]", "build")
    .option("--check", "check the Dockerfile and build nothing: short for --call check")
    .option("--dry-run", "print what would be taken, run and written, and do nothing of it")
    .addOption(new Option("--progress <mode>", "how progress is shown").choices(progressModes).default("auto"))
    .option("-q, --quiet", "show no progress, and print the image's digest in the end")
    .option("--iidfile <file>", "write the image's digest to a file")
    .option("--metadata-file <file>", "write what came of the build to a file, as JSON")
    .option("--addr <address>", "the worker: unix://, tcp:// or docker://unix://… (default: found, see below)")
    .option("--builder <name>", "a builder of docker buildx, or a docker context, by name")
    .option("--max-parallelism <n>", "run at most N RUN steps at once, over all platforms", positiveInteger)
    .option("--keep-going", "when a step fails, finish what does not need it, and tell all that failed")
    .option("--require-cache", "fail before any RUN step starts unless all that is needed is cached")
    .option("--retry <n>", "try again so often where sources or registries fail for the moment", wholeNumber)
    .addOption(
      new Option("--syntax <who>", "who compiles a Dockerfile that names a frontend").choices([
        "auto",
        "forward",
        "here",
      ]),
    )
    .option("--no-record", "leave the build out of llbc history")
    .option("-D, --debug", "tell causes of failures, too")
    .addHelpText("after", details)
    .action(async (context: string, flags: SolveFlags) => {
      const { solveCommand } = await import("./solve.ts");
      exit(await solveCommand(context, flags, terminal));
    });
}

const details = `
Outputs (-o may be given several times):
  -o DIR                        the files of the result, one folder for each platform if there are several
  -o -                          the files as a tar archive on standard output
  -o type=local,dest=DIR        the same as -o DIR
  -o type=tar,dest=FILE         the files as a tar archive
  -o type=oci,dest=FILE         the image as an OCI archive
  -o type=docker[,dest=FILE]    the image as a Docker archive, or without dest loaded into the engine
  -o type=image,name=NAME[,push=true]
  -o type=cacheonly             nothing: the build only fills the cache

The worker is the first of: --addr, --builder, BUILDX_BUILDER, BUILDKIT_HOST, what docker buildx use chose,
DOCKER_HOST, the current docker context, the sockets of Docker and BuildKit (rootless ones too). The build says
which one it uses. With a builder of several nodes, each builds the platforms that it was made for, as with buildx.

With --max-parallelism, RUN steps are submitted one by one as their inputs are done, those with the longest way
still before them first. This forces every RUN step of the target, also those that a cache could have skipped.

A secret without src and env is the environment variable of its id, or else the file of that name. Steps see it
only where they mount it, and it is in no layer, no log and no cache.

Caches (--cache-from, --cache-to; both may be given several times):
  registry.example.com/app:cache               an image: short for type=registry,ref=…
  type=local,src=DIR | type=local,dest=DIR     a folder
  type=inline                                  to only: inside the image that is pushed
With mode=max, cache of all stages is written, not only of what is in the image; with ignore-error=true, a cache
that cannot be written fails no build.

Progress goes to standard error: auto (tty on a terminal, else plain), tty, plain, rawjson (a SolveStatus of
BuildKit's per line), quiet (only the digest, on standard output), none.

Of the environment: BUILDKIT_PROGRESS and DOCKER_DEFAULT_PLATFORM are defaults of --progress and --platform,
SOURCE_DATE_EPOCH one of the build argument; NO_COLOR leaves colours out, BUILDKIT_COLORS chooses them
(run=green:error=255,0,0), BUILDKIT_TTY_LOG_LINES says how many lines of a running step are shown.
BUILDX_NO_DEFAULT_ATTESTATIONS=1 adds no provenance that was not asked for, BUILDX_NO_DEFAULT_LOAD=1 keeps no image
in the engine that builds if there is no output, EXPERIMENTAL_BUILDKIT_SOURCE_POLICY names a source policy. All others
that docker buildx honours: docs/environment.md.

A folder, an address or - is the context; - takes a tar (plain, gzip, bzip2, xz) or a Dockerfile on standard input. -f
may be a path, a path in a remote context, a web address, or -.

With --keep-going, a step that fails stops only what needs it, and all failures are told; all RUN steps of the target
are run, as with --max-parallelism. --require-cache looks sources up and sends files, but starts no RUN step before it
is known that none is needed. --retry tries again what a network or a server failed at, never a step that failed.
--syntax: auto compiles docker/dockerfile here and has the worker run other frontends; here compiles whatever a syntax
line names; forward has the worker compile all.

Examples:
  llbc solve .
  llbc solve . -t registry.example.com/app:1 --push
  llbc solve . --platform linux/amd64,linux/arm64 -o type=oci,dest=app.tar
  llbc solve . --build-arg VERSION=1.2 --target test --progress plain
  llbc solve . --build-context busybox=docker-image://registry.example.com/mirror/busybox:1.37
  llbc solve . --secret id=token,env=API_TOKEN --secret id=npmrc,src=.npmrc
  llbc solve . --ssh default --cache-from type=local,src=cache --cache-to type=local,dest=cache,mode=max
  llbc solve . -t registry.example.com/app:1 --push --provenance mode=max --sbom true --annotation index:team=web
  llbc solve . -t app -q --metadata-file build.json
  llbc solve . --check
  llbc solve . --builder farm --platform linux/arm64
  llbc solve . --require-cache --cache-from registry.example.com/app:cache
  llbc solve 'https://git.example.com/app.git?branch=main&subdir=web' -f docker/Dockerfile
  tar cz . | llbc solve - -t app
  llbc solve . --dry-run -t registry.example.com/app:1 --push
  llbc solve -f - . < Dockerfile.generated`;

function wholeNumber(value: string): number {
  return value === "0" ? 0 : positiveInteger(value);
}

function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError("A whole number from 1 on is needed.");
  return number;
}
