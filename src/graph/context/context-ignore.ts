import { readIgnoreFile } from "../../ignore-file.ts";
import { PatternError } from "../../pattern-error.ts";
import { compilePatterns, type PatternMatcher } from "../../pattern-matcher.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { type ContextSite, sessionOf } from "./context-build.ts";
import { loadingDefinition } from "./loading-definition.ts";
import { localSource } from "./local-source.ts";

export const ignoreFileName = ".dockerignore";

/** What an ignore file says. */
export interface IgnoreRules {
  /** As they stand in the definition. */
  readonly patterns: readonly string[];
  /**
   * Undefined where there are no patterns.
   * @throws InvalidDockerfile without a place, for patterns that are not well-formed.
   */
  matcher(): PatternMatcher | undefined;
}

/**
 * The rules for the main context, if it is a local folder: those of `besideDockerfile` (`<Dockerfile>.dockerignore`)
 * if that file exists, though it be empty, else those of the folder's own ignore file.
 * @throws InvalidDockerfile without a place, for patterns that cannot be read.
 */
export async function loadMainIgnoreRules(
  build: ContextSite,
  besideDockerfile: { readonly name: string; readonly content: Uint8Array } | undefined,
  signal: AbortSignal,
): Promise<IgnoreRules> {
  const file = besideDockerfile ?? { name: ignoreFileName, content: await loadMainIgnoreFile(build, signal) };
  const patterns = parseIgnoreFile(file.content, file.name, true);
  let matcher: PatternMatcher | undefined;
  return {
    patterns,
    // Whoever only sends the patterns does not see that one of them is broken.
    matcher: () => {
      if (patterns.length > 0) matcher ??= compile(patterns, file.name);
      return matcher;
    },
  };
}

/** The patterns of the ignore file of a local named context. */
export async function loadNamedIgnorePatterns(
  build: ContextSite,
  name: string,
  contextName: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const vertex = localSource({
    name,
    sessionId: sessionOf(build, name),
    followPaths: [ignoreFileName],
    sharedKeyHint: `context:${contextName}-${ignoreFileName}`,
    title: `[context ${contextName}] load ${ignoreFileName}`,
    sendAll: true,
  });
  const definition = () => loadingDefinition({ vertex, output: 0 }, build, true).definition.bytes;
  const content = await build.reader.ignoreFile({ name, kind: "named", definition, signal });
  return parseIgnoreFile(content, ignoreFileName, false);
}

async function loadMainIgnoreFile(build: ContextSite, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const name = "context";
  const vertex = localSource({
    name,
    sessionId: sessionOf(build, name),
    followPaths: [ignoreFileName],
    sharedKeyHint: `${name}-${ignoreFileName}`,
    title: `[internal] load ${ignoreFileName}`,
    sendAll: true,
  });
  const definition = () => loadingDefinition({ vertex, output: 0 }, build).definition.bytes;
  return build.reader.ignoreFile({ name, kind: "main", definition, signal });
}

function parseIgnoreFile(content: Uint8Array | undefined, name: string, placeless: boolean): readonly string[] {
  if (content === undefined) return [];
  try {
    return readIgnoreFile(content);
  } catch (error) {
    throw invalidPattern(error, name, placeless);
  }
}

function compile(patterns: readonly string[], name: string): PatternMatcher {
  try {
    return compilePatterns(patterns);
  } catch (error) {
    throw invalidPattern(error, name, true);
  }
}

function invalidPattern(error: unknown, name: string, placeless: boolean): unknown {
  if (!(error instanceof PatternError)) return error;
  return new InvalidDockerfile("ignore-file", `${name}: ${error.message}`, { placeless, cause: error });
}
