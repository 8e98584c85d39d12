import { cutLines, wrapLines } from "../cut-text.ts";
import { visible } from "../excerpt.ts";
import { shortTitle } from "../render/layout.ts";
import { linesText } from "../render/text.ts";
import type { Cause, FileChange } from "./cause.ts";
import type { ExplainedVertex, Explanation } from "./explain.ts";

/** In what tense and how wide an explanation is written. */
export interface ExplainTextOptions {
  /** `would`: the build is not made yet. */
  readonly tense: "would" | "did";
  /** Of the terminal, if any. */
  readonly columns?: number | undefined;
}

/** An explanation for reading in a terminal: what runs with its causes, those of its own first, and a count of the rest. */
export function explainText({ vertices, against }: Explanation, { tense, columns }: ExplainTextOptions): string {
  const titles = new Map(vertices.map(({ digest, name }) => [digest, shortTitle(name)]));
  // What is sent or asked for anew by every build needs no cause.
  const running = vertices.filter(({ outcome, causes }) => outcome === "runs" && causes.length > 0);
  const cached = vertices.filter(({ outcome }) => outcome === "cached").length;
  const words = tense === "would" ? (["would run", "would be cached"] as const) : (["ran", "cached"] as const);
  const head = against === undefined ? "no earlier build to compare with" : `compared with build ${against}`;
  const counts = `${running.length} ${words[0]}, ${cached} ${words[1]}`;
  const steps = running.map((vertex) => `\n${vertexText(vertex, titles, columns)}`);
  return `${head}\n${counts}\n${steps.join("")}`;
}

function vertexText(
  { lines, name, causes, unless }: ExplainedVertex,
  titles: ReadonlyMap<string, string>,
  columns: number | undefined,
): string {
  const place = lines.length === 0 ? "" : `${linesText(lines)}  `;
  const rest = unless.map((digest) => `unless ${titles.get(digest) ?? digest} gives the same files as before`);
  const rows = [...causes.flatMap((cause) => causeRows(cause, titles)), ...rest];
  const wrapped = rows.map((row) => wrapLines(`    ${row}`, columns, "      "));
  return [cutLines(`${place}${shortTitle(name)}`, columns), ...wrapped].map((line) => `${line}\n`).join("");
}

function causeRows(cause: Cause, titles: ReadonlyMap<string, string>): readonly string[] {
  switch (cause.kind) {
    case "new":
      return ["nothing like it was built before"];
    case "no-cache":
      return ["it is to run whatever is cached"];
    case "instruction":
      return [`the instruction was ${visible(cause.before)}`];
    case "build-arg":
      return [`the build argument ${visible(cause.name)} has another value`];
    case "variable":
      return [`the variable ${visible(cause.name)} ${variableTexts[cause.change]}`];
    case "source":
      return [`it was ${visible(cause.before)}`, `and is ${visible(cause.after)}`];
    case "platform":
      return [`it was for ${visible(cause.before)}, and is for ${visible(cause.after)}`];
    case "property":
      return [`another ${visible(cause.name)}`];
    case "files":
      return fileRows(cause.files);
    case "unknown-files":
      return ["files that it reads have changed; which is not known"];
    case "input":
      return [`after ${titles.get(cause.digest) ?? shortTitle(cause.name)}`];
    case "order":
      return [`it now comes after ${titles.get(cause.digest) ?? shortTitle(cause.name)}`];
    case "worker":
      return [`another worker: it was ${visible(cause.before)}`];
    case "pruned":
      return ["nothing has changed: the worker no longer has its result"];
  }
}

const variableTexts = { added: "is new", removed: "is gone", changed: "has another value" } as const;

const mostFiles = 10;

function fileRows(files: readonly FileChange[]): readonly string[] {
  const rows = files.slice(0, mostFiles).map(({ path, change }) => `${visible(path)}: ${fileTexts[change]}`);
  return files.length <= mostFiles ? rows : [...rows, `and ${files.length - mostFiles} more`];
}

const fileTexts: Readonly<Record<FileChange["change"], string>> = {
  added: "added",
  removed: "removed",
  content: "other content",
  mode: "other mode",
  "content and mode": "other content and mode",
  kind: "another kind of file",
  target: "the link leads elsewhere",
};
