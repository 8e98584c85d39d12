/** Which files of an input an op reads. */
export interface ContentSelector {
  /** Slash-separated, with wildcards only where `wildcard` says so. */
  readonly path: string;
  readonly wildcard: boolean;
  /** Whether a symbolic link at the end of the path is followed. */
  readonly followLinks: boolean;
  readonly includePatterns: readonly string[];
  readonly excludePatterns: readonly string[];
}

export function plainSelector(path: string, followLinks: boolean): ContentSelector {
  return { path, wildcard: false, followLinks, includePatterns: [], excludePatterns: [] };
}

/** Whether it may name several files, so that it cannot be told by its path alone. */
export function isFiltered({ wildcard, includePatterns, excludePatterns }: ContentSelector): boolean {
  return wildcard || includePatterns.length > 0 || excludePatterns.length > 0;
}

/** Without the paths that lie in another one of them, and without repeats. In order. */
export function outermostPaths(paths: readonly string[]): readonly string[] {
  const all = [...new Set(paths)];
  const isWithin = (path: string, other: string) => path !== other && path.startsWith(withSlash(other));
  return all.filter((path) => !all.some((other) => isWithin(path, other))).sort(byBytes);
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}

export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
