import { parseImageReference } from "../image-reference.ts";
import { detectSyntax, findDirectives } from "../parser/directives.ts";
import { trimSpace } from "../trim-space.ts";
import { decodeUtf8 } from "../utf8.ts";

/** The frontend that a Dockerfile, or a build argument, asks for. */
export interface SyntaxLine {
  /** The image of the frontend. */
  readonly image: string;
  /** The image and what stands behind it: the frontend's command line. */
  readonly commandLine: string;
  /** The lines, from 1, where it stands; empty for a build argument. */
  readonly lines: readonly number[];
}

/** The frontend that the build argument BUILDKIT_SYNTAX names, or else the syntax line of the Dockerfile. */
export function syntaxLine(source: Uint8Array, options: ReadonlyMap<string, string>): SyntaxLine | undefined {
  const option = options.get("build-arg:BUILDKIT_SYNTAX");
  if (option !== undefined) {
    const image = trimSpace(option).split(" ", 1)[0] ?? "";
    return { image, commandLine: option, lines: [] };
  }
  const text = decodeUtf8(source);
  const found = detectSyntax(text, findDirectives(text));
  return found === undefined ? undefined : { image: found.value, commandLine: found.text, lines: found.lines };
}

/** Whether the frontend is BuildKit's own, of any version: what llbc compiles itself. */
export function isDockerfileFrontend(image: string): boolean {
  const reference = parseImageReference(image);
  if (reference?.domain !== "docker.io") return false;
  return reference.path === "docker/dockerfile" || reference.path === "docker/dockerfile-upstream";
}
