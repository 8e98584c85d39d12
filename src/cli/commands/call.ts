import { resolve } from "node:path";
import { Readable } from "node:stream";
import { DockerfileError } from "../../diagnostic.ts";
import { answerRequest } from "../../frontend/requests.ts";
import { answerJson } from "../metadata-file.ts";
import type { Call } from "../parse/call.ts";
import { readStandardInput } from "../standard-input.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withSubject } from "../with-subject.ts";
import { writeOutputFile } from "../write-output.ts";
import { dockerfileOptions } from "./build-flags.ts";
import type { SolveFlags } from "./solve-flags.ts";

/**
 * `llbc solve --call METHOD`: tells something of the Dockerfile in place of building it. Where images have to be looked
 * up, they are those that a build would use: the worker is asked. `llbc check` and `llbc outline` need none. What a
 * Dockerfile of another frontend is, and what is not known here, the worker has that frontend say.
 */
export async function callCommand(
  context: string,
  call: Call,
  flags: SolveFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const again = await withInputKept(context, flags, terminal);
  if (flags.syntax !== "forward" && isKnown(call)) {
    try {
      const code = await ownCall(context, call, flags, again());
      if (flags.metadataFile !== undefined) await writeAnswer(context, call, flags, flags.metadataFile, again());
      return code;
    } catch (error) {
      if (!isForOthers(error)) throw error;
    }
  }
  const { askFrontend } = await import("./ask-frontend.ts");
  return askFrontend(context, call, flags, again());
}

type KnownCall = Call & { readonly method: "check" | "outline" | "targets" };

function isKnown(call: Call): call is KnownCall {
  return call.method === "check" || call.method === "outline" || call.method === "targets";
}

function isForOthers(error: unknown): boolean {
  return error instanceof DockerfileError && error.diagnostics.some(({ rule }) => rule === "other-frontend");
}

async function ownCall(
  context: string,
  { method, format, ignoreStatus }: KnownCall,
  flags: SolveFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { check: _, ...others } = flags;
  const images = { findsWorker: true as const, ignoresSyntax: flags.syntax === "here" };
  switch (method) {
    case "targets": {
      const { targetsCommand } = await import("./targets.ts");
      return targetsCommand(context, { ...others, ...images, findsWorker: "for remote Dockerfiles", format }, terminal);
    }
    case "check": {
      const { checkCommand } = await import("./check.ts");
      const asked = { ...others, ...images, format, ...(ignoreStatus ? { ignoreStatus } : {}) };
      return checkCommand(context, asked, terminal);
    }
    case "outline": {
      const { outlineCommand } = await import("./outline.ts");
      return outlineCommand(context, { ...others, ...images, format }, terminal);
    }
  }
}

/** The metadata file holds the whole answer, as the frontend gives it to docker buildx. */
async function writeAnswer(
  context: string,
  { method }: KnownCall,
  flags: SolveFlags,
  file: string,
  terminal: Terminal,
): Promise<void> {
  const { addr, builder, syntax } = flags;
  const images = {
    findsWorker: true as const,
    ignoresSyntax: syntax === "here",
    ...(addr === undefined ? {} : { addr }),
    ...(builder === undefined ? {} : { builder }),
  };
  const request = { context, file: flags.file, build: dockerfileOptions(flags, terminal), images };
  const name = method === "check" ? "lint" : method;
  const { metadata } = await withSubject(request, terminal, (subject) => answerRequest(`frontend.${name}`, subject));
  const answer = new Map([...metadata].map(([key, value]) => [key, Buffer.from(value).toString("utf8")]));
  await writeOutputFile(resolve(terminal.cwd, file), answerJson(answer));
}

/** Gives the terminal as often as it is wanted, each time with all of standard input, if that is read at all. */
async function withInputKept(context: string, { file }: SolveFlags, terminal: Terminal): Promise<() => Terminal> {
  if (context !== "-" && file !== "-") return () => terminal;
  const input = await readStandardInput(terminal);
  return () => ({ ...terminal, stdin: Readable.from([input]) });
}
