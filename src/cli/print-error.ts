import { type Diagnostic, DockerfileError } from "../diagnostic.ts";
import { Failure } from "../failure.ts";
import { type CaretStyle, diagnosticsText, failureText } from "../graph/caret.ts";
import type { WarningEvent } from "../solver/events.ts";
import { StepFailure } from "../solver/failing-step.ts";
import { ManyFailures } from "../solver/many-failures.ts";
import { caretStyle } from "./caret-style.ts";
import { printImageWays } from "./image-ways.ts";
import { printable } from "./progress/format.ts";
import type { ExitCode, Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Prints what went wrong and gives the exit code for it. Diagnostics and failures are shown with the lines that they
 * are about; anything else is a bug of ours and shown as one, with its stack.
 */
export async function printError(
  error: unknown,
  terminal: Terminal,
  source: (filename: string) => Promise<Uint8Array | undefined> = async () => undefined,
): Promise<ExitCode> {
  const style = caretStyle(terminal.stderr, terminal.env);
  if (error instanceof UsageError) {
    terminal.stderr.write(`${style.error("error:")} ${error.message}\n`);
    return 2;
  }
  if (error instanceof DockerfileError) {
    const names = [...new Set(error.diagnostics.map((diagnostic) => diagnostic.filename))];
    const texts = new Map(
      await Promise.all(names.map(async (name) => [name, error.source ?? (await source(name))] as const)),
    );
    terminal.stderr.write(diagnosticsText(error.diagnostics, (name) => texts.get(name), style));
    printImageWays(error.diagnostics, terminal);
    return 1;
  }
  if (error instanceof ManyFailures) {
    for (const [index, failure] of error.failures.entries()) {
      if (index > 0) terminal.stderr.write("\n");
      await printError(failure, terminal, source);
    }
    terminal.stderr.write(`\n${error.failures.length} failures; what does not need them was finished.\n`);
    return exitCodeOf(error);
  }
  if (error instanceof Failure) {
    terminal.stderr.write(`${lastLines(error, style)}${failureText(error, style)}`);
    return exitCodeOf(error);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.stderr.write(`${style.error("bug in llbc:")} ${text}\n`);
  return 1;
}

/** What is behind a failure, for those who look into it: the errors that caused it, the outermost first. */
export function printCauses(error: unknown, terminal: Terminal): void {
  const style = caretStyle(terminal.stderr, terminal.env);
  for (let cause = causeOf(error), depth = 0; cause !== undefined && depth < 10; cause = causeOf(cause), depth++) {
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    terminal.stderr.write(`${style.aside("caused by:")} ${text}\n`);
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

/** The warnings of a compile, each with the lines of the Dockerfile that it is about. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], source: Uint8Array, terminal: Terminal): void {
  if (diagnostics.length === 0) return;
  const style = caretStyle(terminal.stderr, terminal.env);
  terminal.stderr.write(diagnosticsText(diagnostics, () => source, style));
}

/**
 * The warnings of a build, after its progress: each with the lines of the Dockerfile that it is about, and the very places
 * in them where it is one of those that the compiler found.
 */
export function printWarnings(
  warnings: readonly WarningEvent[],
  terminal: Terminal,
  found: readonly Diagnostic[] = [],
): void {
  if (warnings.length === 0) return;
  const texts = new Map(warnings.map((warning) => [warning.filename, warning.text]));
  const rangesOf = new Map(found.map((diagnostic) => [identityOf(diagnostic), diagnostic.ranges]));
  const diagnostics = warnings.map((warning) => {
    const told = diagnosticOf(warning);
    return { ...told, ranges: rangesOf.get(identityOf(told)) ?? told.ranges };
  });
  const style = caretStyle(terminal.stderr, terminal.env);
  terminal.stderr.write(`\n${diagnosticsText(diagnostics, (name) => texts.get(name), style)}`);
}

/** By which what the worker tells and what the compiler found are the same: there may be thousands. */
function identityOf({ rule, message, lines }: Diagnostic): string {
  return JSON.stringify([rule, message, lines[0]]);
}

function diagnosticOf({ message, filename, ranges, url }: WarningEvent): Diagnostic {
  const lint = lintWarning.exec(message)?.groups;
  return {
    rule: lint?.rule ?? "warning",
    severity: "warning",
    message: lint?.message ?? message,
    filename,
    lines: ranges.map((range) => range.start.line),
    ranges,
    ...(url === "" ? {} : { url }),
  };
}

/** BuildKit's text of a lint warning is `Rule: message (line N)`. */
const lintWarning = /^(?<rule>\w+): (?<message>.*?)(?: \(line \d+\))?$/s;

/** What a step wrote before it failed: progress that is redrawn in place does not keep it. */
function lastLines(failure: Failure, style: CaretStyle): string {
  if (!(failure instanceof StepFailure) || failure.step.lastLines.length === 0) return "";
  const rows = failure.step.lastLines.map((line) => `${style.aside(" >")} ${printable(line)}\n`);
  const name = printable(failure.step.name);
  // It is told in full below.
  const short = name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
  return `${style.aside(`the last lines of ${short}:`)}\n${rows.join("")}\n`;
}

const longestName = 60;

function exitCodeOf(failure: Failure): ExitCode {
  if (failure.code === "cancelled") return 130;
  return failure.code === "usage" ? 2 : 1;
}
