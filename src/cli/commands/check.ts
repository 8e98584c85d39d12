import type { Diagnostic } from "../../diagnostic.ts";
import { diagnosticsText } from "../../graph/caret.ts";
import { checkJson, checkReport } from "../../graph/check-shape.ts";
import { type Inspection, inspect } from "../../graph/inspect.ts";
import { caretStyle } from "../caret-style.ts";
import { printImageWays } from "../image-ways.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import { dockerfileOptions } from "./build-flags.ts";
import type { CheckFlags } from "./inspection-flags.ts";

/** `llbc check`: prints what the lint rules, and the compiler, have to say; 1 if that is anything. */
export async function checkCommand(context: string, flags: CheckFlags, terminal: Terminal): Promise<ExitCode> {
  const { check, file, target = "", format, ignoreStatus = false } = flags;
  const request = {
    context,
    file,
    build: dockerfileOptions(flags, terminal),
    images: flags,
    ...(check === undefined ? {} : { check }),
  };
  const inspection = await withSubject(request, terminal, ({ source, options, environment }) =>
    inspect(source, options, { allStages: target === "", environment }),
  );
  const text =
    format === "json"
      ? `${checkJson(checkReport(inspection.source, inspection.diagnostics))}\n`
      : checkedText(inspection, terminal);
  await writeStandardOutput(text, terminal);
  printImageWays(inspection.diagnostics, terminal);
  return inspection.diagnostics.length === 0 || ignoreStatus ? 0 : 1;
}

/** The summary as `docker build --check` words it, then each finding with its lines. */
function checkedText({ source, diagnostics }: Inspection, { stdout, env }: Terminal): string {
  const summary = `Check complete, ${countsText(diagnostics)}\n`;
  if (diagnostics.length === 0) return summary;
  return `${summary}\n${diagnosticsText(byPlace(diagnostics), () => source.data, caretStyle(stdout, env))}`;
}

function countsText(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  if (diagnostics.length === 0) return "no warnings found.";
  const counts = [
    ...(errors > 0 ? [count(errors, "error")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ];
  return `${counts.join(" and ")} ${diagnostics.length === 1 ? "has" : "have"} been found!`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Errors first, then warnings by line: as one reads the file. */
function byPlace(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const lineOf = ({ ranges: [first], lines: [line] }: Diagnostic) => first?.start.line ?? line ?? 0;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.filter(({ severity }) => severity === "warning");
  return [...errors, ...warnings.sort((a, b) => lineOf(a) - lineOf(b))];
}
