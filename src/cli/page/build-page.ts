import { basename, resolve } from "node:path";
import type { BuildReport } from "../../graph/analyses/report.ts";
import { type PageOptions, pageData } from "../../graph/page/page-data-of.ts";
import { pageHtml } from "../../graph/page/page-html.ts";
import type { Terminal } from "../terminal.ts";

/** The page of a build, as a document. What it is made with is loaded for those who want one. */
export async function buildPage(
  dockerfile: Uint8Array | undefined,
  report: BuildReport,
  options: PageOptions = {},
): Promise<string> {
  const [data, { pageProgram }] = await Promise.all([
    pageData(dockerfile, report, options),
    import("./page-program.ts"),
  ]);
  return pageHtml(data, pageProgram);
}

/** What a page calls a context: the name of its folder, for whoever gets the page knows no more of this machine. */
export function pageTitle(context: string, { cwd }: Pick<Terminal, "cwd">): string | undefined {
  return context === "" || context === "-" || /^[a-z+]+:\/\/|^[^/\\]+@/i.test(context)
    ? undefined
    : basename(resolve(cwd, context));
}
