import { Failure } from "../failure.ts";
import type { CompileEnvironment } from "../graph/compile-context.ts";
import type { CompileOptions } from "../graph/compile-options.ts";
import type { ContextReader } from "../graph/context/context-build.ts";
import { type BuildInputs, findInputs } from "../solver/build-inputs.ts";
import { frontendOptions } from "../solver/frontend-options.ts";
import { dockerfilePath, readBuildInput } from "./build-input.ts";
import type { BuildOptions } from "./commands/build-flags.ts";
import type { ImageFlags } from "./commands/image-flags.ts";
import { diskReader, readLocalFile } from "./disk-reader.ts";
import { readImageAnswers } from "./parse/image-answers.ts";
import type { Terminal } from "./terminal.ts";

/** A Dockerfile with all that a compile or a check of it is given. */
export interface CompileSubject {
  readonly source: Uint8Array;
  readonly options: CompileOptions;
  readonly environment: CompileEnvironment;
}

/** What a command line says about the Dockerfile to look at. */
export interface SubjectRequest extends Pick<CompileOptions, "sessionId" | "disabledCaps" | "check"> {
  readonly context: string;
  readonly file: string | undefined;
  readonly build: BuildOptions;
  readonly images: ImageFlags;
}

/** What the command line and this machine say, before anyone else is asked. */
export interface SubjectBase {
  readonly request: SubjectRequest;
  readonly inputs: BuildInputs;
  readonly images: NonNullable<CompileOptions["images"]>;
}

/** Reads what the command line names, but for the Dockerfile and its ignore files. */
export async function readSubjectBase(request: SubjectRequest, terminal: Terminal): Promise<SubjectBase> {
  const { context, file, build, images } = request;
  const answers = images.images === undefined ? {} : readImageAnswers(images.images, terminal);
  const input = await readBuildInput(context, file, terminal);
  const dockerfile = dockerfilePath(context, file, terminal);
  return { request, inputs: await findInputs(input, { ...build, dockerfile }), images: answers };
}

/** The options by their names in BuildKit's frontend, as a build gives them to it. */
export function subjectOptions(
  { request, inputs, images }: SubjectBase,
  protocol: "docker" | "buildkit",
): CompileOptions & { readonly rawOptions: Readonly<Record<string, string>> } {
  const { build, sessionId, disabledCaps, check } = request;
  return {
    rawOptions: Object.fromEntries([...inputs.frontendOptions, ...frontendOptions(build, protocol)]),
    images,
    filename: inputs.frontendOptions.get("filename") ?? "Dockerfile",
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(disabledCaps === undefined ? {} : { disabledCaps }),
    ...(check === undefined ? {} : { check }),
  };
}

/** The Dockerfile and the ignore file beside it. */
export interface DockerfileHere {
  readonly source: Uint8Array;
  readonly ignoreFile: { readonly name: string; readonly content: Uint8Array } | undefined;
}

/** Undefined where the Dockerfile lies in a remote context, or elsewhere on the web. */
export async function readDockerfileHere({
  sources,
  frontendOptions,
  dockerfileUrl,
}: BuildInputs): Promise<DockerfileHere | undefined> {
  const place = sources.get("dockerfile");
  if (place === undefined || dockerfileUrl !== undefined) return undefined;
  const filename = frontendOptions.get("filename") ?? "Dockerfile";
  const source = await readLocalFile(place, filename);
  if (source === undefined) {
    throw new Failure("context-unreadable", `${filename} cannot be read`, {
      remedy: "It must be a file that you may read; as a link, it must not lead out of its folder.",
    });
  }
  const name = `${filename}.dockerignore`;
  const content = await readLocalFile(place, name);
  return { source, ignoreFile: content && { name, content } };
}

export function localEnvironment(
  { sources }: BuildInputs,
  here: DockerfileHere | undefined,
  remote?: ContextReader,
): CompileEnvironment {
  const beside = here?.ignoreFile;
  return { reader: diskReader(sources, remote), ...(beside === undefined ? {} : { besideDockerfile: beside }) };
}
