import type { Compilation } from "../../graph/compilation.ts";
import { compileIn } from "../../graph/compile.ts";
import type { SolveOptions, SolveOutput } from "../../solver/solve-options.ts";
import { printDiagnostics } from "../print-error.ts";
import { printable } from "../progress/format.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import { buildOptions } from "./build-flags.ts";
import type { SolveFlags } from "./solve-flags.ts";

/**
 * `llbc solve --dry-run`: compiles with the answers of the worker that would build, and prints what a build would take,
 * run and write. Nothing is built, sent or pushed.
 */
export async function dryRunCommand(
  context: string,
  flags: SolveFlags,
  options: SolveOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { addr, builder } = flags;
  const images = {
    findsWorker: true as const,
    ...(addr === undefined ? {} : { addr }),
    ...(builder === undefined ? {} : { builder }),
  };
  const request = { context, file: flags.file, build: buildOptions(flags, terminal), images };
  const { compilation, source } = await withSubject(request, terminal, async (subject) => ({
    compilation: await compileIn(subject.source, subject.options, subject.environment),
    source: subject.source,
  }));
  printDiagnostics(compilation.diagnostics, source, terminal);
  await writeStandardOutput(planText(compilation, { ...options, context }), terminal);
  return 0;
}

/** What a build would do, a line for each thing, under headings; headings without any are left out. */
function planText(compilation: Compilation, options: SolveOptions & { readonly context: string }): string {
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ["platforms", compilation.platforms.map(({ platform }) => platform)],
    ["would take", sourcesOf(compilation, options)],
    ["would run", stepsOf(compilation)],
    ["would read caches", (options.cacheFrom ?? []).map(entryText)],
    ["would write", [...destinations(options), ...(options.cacheTo ?? []).map((entry) => `cache ${entryText(entry)}`)]],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}:\n${lines.map((line) => `  ${printable(line)}\n`).join("")}`)
    .join("");
}

function sourcesOf({ graph }: Compilation, options: SolveOptions & { readonly context: string }): readonly string[] {
  const lines = graph.vertices.flatMap(({ op }) => {
    if (op.kind !== "source") return [];
    if (!op.identifier.startsWith("local://")) return [op.identifier.replace(/^docker-image:\/\//, "image ")];
    const name = op.identifier.slice("local://".length);
    const folder = name === "context" ? options.context : (options.namedContexts?.[name] ?? name);
    return [`files of ${folder}${selectionText(op.attrs)}`];
  });
  return [...new Set(lines)];
}

/** Only what the steps copy is sent, less what the ignore file leaves out. */
function selectionText(attrs: ReadonlyMap<string, string>): string {
  const paths = listOf(attrs.get("local.followpaths"));
  const excluded = listOf(attrs.get("local.excludepatterns"));
  return [
    ...(paths.length === 0 ? [] : [`: ${paths.join(", ")}`]),
    ...(excluded.length === 0 ? [] : [`, without ${excluded.join(", ")}`]),
  ].join("");
}

function listOf(json: string | undefined): readonly string[] {
  const list: unknown = JSON.parse(json ?? "[]");
  return Array.isArray(list) ? list.map(String) : [];
}

/** A step that several platforms share has the name of the first. */
function stepsOf({ graph }: Compilation): readonly string[] {
  return graph.vertices
    .filter(({ op }) => op.kind !== "source")
    .map((vertex) => (vertex.platforms.length === 1 ? vertex.name : `${vertex.name} (${vertex.platforms.join(", ")})`));
}

function destinations({ outputs = [], tags = [], push = false }: SolveOptions): readonly string[] {
  const names = tags.join(", ");
  const lines = outputs.map((output) => outputText(output, names));
  if (push && !outputs.some(({ type }) => type === "image")) lines.push(`image ${names}, pushed`);
  if (lines.length > 0) return lines;
  return [`image ${names || "without a name"} into the Docker engine that builds; with a buildkitd, only its cache`];
}

function outputText({ type, dest, attrs = {} }: SolveOutput, names: string): string {
  const name = names || attrs.name || "";
  const pushed = attrs.push === "true" ? ", pushed" : "";
  const place = typeof dest === "string" ? ` to ${dest}` : dest === undefined ? "" : " to standard output";
  return `${type}${name === "" || type === "local" || type === "tar" ? "" : ` ${name}`}${place}${pushed}`;
}

function entryText({
  type,
  attrs = {},
}: {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, string>> | undefined;
}): string {
  return [type, attrs.ref ?? attrs.src ?? attrs.dest ?? ""].join(" ").trimEnd();
}
