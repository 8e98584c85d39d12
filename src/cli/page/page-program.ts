import type { PageProgram } from "../../graph/page/page-html.ts";

/** Put in when the command line is bundled: see scripts/bundle.mjs. */
declare const bundledPage: PageProgram;

export const pageProgram: PageProgram = bundledPage;
