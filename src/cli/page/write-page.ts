import { resolve } from "node:path";
import type { BuildReport } from "../../graph/analyses/report.ts";
import type { BuildRecord } from "../../graph/history/build-record.ts";
import { measuredRun } from "../../graph/page/measured-run.ts";
import type { PageOptions } from "../../graph/page/page-data-of.ts";
import type { AnalyzeFlags } from "../commands/analyze-flags.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { writeOutputFile } from "../write-output.ts";
import { buildPage, pageTitle } from "./build-page.ts";
import { readCompared } from "./read-compared.ts";

/** `--html` and `--against`: writes the page, and says where; false where none is asked for. */
export async function writePage(
  { html, against }: Pick<AnalyzeFlags, "html" | "against">,
  { source, report, ...options }: PageSubject,
  terminal: Terminal,
): Promise<boolean> {
  if (html === undefined) {
    if (against !== undefined) throw new UsageError("--against is shown on a page: say where with --html.");
    return false;
  }
  const compared = against === undefined ? undefined : await readCompared(against, terminal);
  const page = await buildPage(source, report, { ...options, against: compared });
  await writeOutputFile(resolve(terminal.cwd, html), page);
  terminal.stderr.write(`The page of the build is in ${html}: open it in a browser.\n`);
  return true;
}

export interface PageSubject extends Omit<PageOptions, "against"> {
  /** The Dockerfile, where it is known. */
  readonly source: Uint8Array | undefined;
  readonly report: BuildReport;
}

/** A build that was made, with the Dockerfile where that is at hand. */
export function pastSubject(
  record: BuildRecord,
  report: BuildReport,
  source: Uint8Array | undefined,
  terminal: Pick<Terminal, "cwd">,
): PageSubject {
  return { source, report, title: pageTitle(record.context, terminal) || record.ref, run: measuredRun(record) };
}
