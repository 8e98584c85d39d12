import type { Diagnostic } from "../diagnostic.ts";
import { imageWays } from "./image-resolver.ts";
import type { Terminal } from "./terminal.ts";

/** Where an image could not be resolved and that is told as a diagnostic, what can be done about it. */
export function printImageWays(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  const isAboutImages = diagnostics.some(({ rule }) => rule === "image-unresolved" || rule === "auth-refused");
  if (isAboutImages) terminal.stderr.write(`help: ${imageWays}\n`);
}
