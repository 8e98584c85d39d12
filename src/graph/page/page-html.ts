import { createHash } from "node:crypto";
import type { PageData } from "./page-data.ts";

/** What makes data a page: a script that finds them in `#data`, and a style sheet. */
export interface PageProgram {
  readonly script: string;
  readonly style: string;
}

/**
 * The page of a build: one HTML document that is whole by itself. Its content policy lets nothing be loaded from
 * anywhere, and no script run but its own: what stands in a Dockerfile is data there and never becomes HTML.
 */
export function pageHtml(data: PageData, { script, style }: PageProgram): string {
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(`${data.title} – build graph`)}</title>
<style>${style}</style>
</head>
<body>
<noscript>This page shows a build graph, for which it needs its own script to run.</noscript>
<script type="application/json" id="data">${jsonInHtml(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  if (/<\/(script|style)/i.test(text)) throw new Error("a script or style sheet would end within itself");
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** Without a `<` no element ends or begins, and no comment. */
function jsonInHtml(data: PageData): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
