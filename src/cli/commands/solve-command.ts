import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import { addBuildFlags, collect } from "./build-flags.ts";
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
    .argument("[context]", "folder with the files of the build", ".");
  addBuildFlags(command)
    .option("-t, --tag <name>", "name of the image: [registry/]repository[:tag]", collect, [])
    .option("-o, --output <spec>", "where the result goes; see below", collect, [])
    .option("--push", "push the image to its registry: short for -o type=image,push=true")
    .option("--load", "load the image into the Docker engine: short for -o type=docker")
    .addOption(
      new Option("--progress <mode>", "how progress is shown").choices(["auto", "tty", "plain"]).default("auto"),
    )
    .option("--addr <address>", "the worker: unix://, tcp:// or docker://unix://… (default: found, see below)")
    .option("--max-parallelism <n>", "run at most N RUN steps at once, over all platforms", positiveInteger)
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

The worker is the first of: --addr, BUILDKIT_HOST, DOCKER_HOST, the current docker context, the sockets of
Docker and BuildKit (rootless ones too). The build says which one it uses.

With --max-parallelism, RUN steps are submitted one by one as their inputs are done, those with the longest way
still before them first. This forces every RUN step of the target, also those that a cache could have skipped.

Examples:
  llbc solve .
  llbc solve . -t registry.example.com/app:1 --push
  llbc solve . --platform linux/amd64,linux/arm64 -o type=oci,dest=app.tar
  llbc solve . --build-arg VERSION=1.2 --target test --progress plain
  llbc solve . --build-context busybox=docker-image://registry.example.com/mirror/busybox:1.37
  llbc solve -f - . < Dockerfile.generated`;

function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError("A whole number from 1 on is needed.");
  return number;
}
