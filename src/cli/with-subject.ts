import { DockerfileError } from "../diagnostic.ts";
import { Failure } from "../failure.ts";
import { isDockerfileFrontend, syntaxLine } from "../graph/syntax-line.ts";
import { lineRange } from "../range.ts";
import {
  type CompileSubject,
  localEnvironment,
  readDockerfileHere,
  readSubjectBase,
  type SubjectBase,
  type SubjectRequest,
  subjectOptions,
} from "./compile-subject.ts";
import { registryResolver } from "./image-resolver.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Finds and reads the Dockerfile, its ignore files and the answers about images just as a build of the same flags
 * would, and calls `use` with them. Without a worker address no worker is needed, and nothing is loaded that talks to
 * one; the network is used only for images that nothing else answers for.
 *
 * Rejects with what `use` rejects with, the text of the Dockerfile added to errors that point into it; with a
 * UsageError; or with a Failure: `context-unreadable`, `cancelled`, or those of the worker.
 */
export async function withSubject<T>(
  request: SubjectRequest,
  terminal: Terminal,
  use: (subject: CompileSubject) => Promise<T>,
): Promise<T> {
  const { signal } = terminal;
  try {
    const base = await readSubjectBase(request, terminal);
    const { addr, builder, ignoresSyntax = false } = request.images;
    if (!asksWorker(base)) return await useText(await localSubject(base, terminal), ignoresSyntax, use);
    const { withWorkerGateway } = await import("./worker-gateway.ts");
    const { workerSubject } = await import("./worker-subject.ts");
    const where = { addr, builder, platforms: request.build.platforms, uploads: base.inputs.uploads };
    return await withWorkerGateway(where, signal, async (worker, linked) =>
      useText(await workerSubject(base, worker, { env: terminal.env, signal: linked }), ignoresSyntax, use),
    );
  } catch (error) {
    if (signal.aborted) throw new Failure("cancelled", "interrupted", { cause: error });
    throw error;
  }
}

function asksWorker({ request: { images }, inputs }: SubjectBase): boolean {
  const isRemote = !inputs.sources.has("dockerfile") || inputs.dockerfileUrl !== undefined;
  const { addr, findsWorker } = images;
  return addr !== undefined || findsWorker === true || (findsWorker !== undefined && isRemote);
}

async function localSubject(base: SubjectBase, { env, signal }: Terminal): Promise<CompileSubject> {
  const { inputs } = base;
  const options = subjectOptions(base, "buildkit");
  const local = await readDockerfileHere(inputs);
  if (local === undefined) {
    throw new Failure("usage", "the Dockerfile lies in an archive or on the web, which only a worker reads", {
      remedy: "Name a worker with --addr, or give the Dockerfile on standard input with -f -.",
    });
  }
  return {
    source: local.source,
    options: { ...options, resolver: registryResolver(inputs.ociLayouts, env), signal },
    environment: localEnvironment(inputs, local),
  };
}

/** Only our own frontend can be run here; and errors leave with the text that they point into. */
async function useText<T>(
  subject: CompileSubject,
  ignoresSyntax: boolean,
  use: (subject: CompileSubject) => Promise<T>,
): Promise<T> {
  const { source } = subject;
  try {
    if (!ignoresSyntax) refuseOtherFrontend(subject);
    return await use(subject);
  } catch (error) {
    if (error instanceof DockerfileError && error.source === undefined) {
      throw new DockerfileError(error.diagnostics, { source });
    }
    throw error;
  }
}

function refuseOtherFrontend({ source, options }: CompileSubject): void {
  const { rawOptions = {}, filename = "Dockerfile" } = options;
  const syntax = syntaxLine(source, new Map(Object.entries(rawOptions)));
  if (syntax === undefined || isDockerfileFrontend(syntax.image)) return;
  const { image, lines } = syntax;
  const message = `the frontend ${image} is asked for, and only docker/dockerfile is compiled here: if it is a copy of that, say so with --build-arg BUILDKIT_SYNTAX=docker/dockerfile`;
  throw new DockerfileError([
    {
      rule: "other-frontend",
      severity: "error",
      message,
      filename,
      lines,
      ranges: lines.filter((line) => line > 0).map(lineRange),
    },
  ]);
}
