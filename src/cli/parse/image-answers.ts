import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { errnoOf, errnoText } from "../../errno.ts";
import type { ImageAnswer } from "../../graph/compile-options.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/** The file of `--images`: answers by reference or by `reference|platform`, as `CompileOptions.images` takes them. */
export function readImageAnswers(file: string, { cwd }: Terminal): Readonly<Record<string, ImageAnswer>> {
  const answers: Record<string, ImageAnswer> = Object.create(null);
  for (const [ref, value] of Object.entries(asRecord(readJson(file, cwd), file))) {
    const answer = asAnswer(value);
    if (answer === undefined) {
      throw new UsageError(
        `--images ${file}: of ${JSON.stringify(ref)} neither a "config" (an object) nor an "error" (a text) is given.`,
      );
    }
    answers[ref] = answer;
  }
  return answers;
}

function readJson(file: string, cwd: string): unknown {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw new UsageError(`--images ${file}: the file cannot be read: ${errnoText(error)}.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--images ${file}: it is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function asRecord(value: unknown, file: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new UsageError(`--images ${file}: an object is needed, with the references of images as its keys.`);
}

function asAnswer(value: unknown): ImageAnswer | undefined {
  if (!isRecord(value)) return undefined;
  const { config, digest, ref, error } = value;
  if (typeof error === "string") return { error };
  if (!isRecord(config)) return undefined;
  return {
    config,
    ...(typeof digest === "string" ? { digest } : {}),
    ...(typeof ref === "string" ? { ref } : {}),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
