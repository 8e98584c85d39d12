import type { FileKind } from "../cache-map/file-digest.ts";
import { jsonIn, listIn, numberIn, recordIn, textIn, UnreadableRecord } from "./json-reader.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";

/** Manifests by their names, as lines of JSON: of each a head, then a line for each file. */
export function manifestsText(manifests: ReadonlyMap<string, Manifest>): string {
  const lines: string[] = [];
  for (const [name, { files }] of manifests) {
    lines.push(JSON.stringify({ name, files: files.length }));
    for (const file of files) lines.push(`${lineStart(file)}${JSON.stringify([file.digest, file.content]).slice(1)}`);
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Reads what `manifestsText` wrote.
 * @throws UnreadableRecord
 */
export function parseManifests(text: string): ReadonlyMap<string, Manifest> {
  const lines = linesOf(text);
  const manifests = new Map<string, Manifest>();
  for (let at = 0; at < lines.length; ) {
    const { name, files } = headIn(lines[at]);
    const rows = lines.slice(at + 1, at + 1 + files);
    if (rows.length < files) throw new UnreadableRecord("the manifests are cut off");
    manifests.set(name, { files: rows.map(fileIn) });
    at += 1 + files;
  }
  return manifests;
}

/** What a walk tells of a file. */
export type SeenFile = Omit<ManifestFile, "digest" | "content">;

/** The files of a manifest, each to be found by all that a walk tells of it. Only what is found is read. */
export class KnownFiles {
  readonly #lines = new Map<string, string>();

  /** @throws UnreadableRecord */
  constructor(text: string, name: string) {
    const lines = linesOf(text);
    for (let at = 0; at < lines.length; ) {
      const head = headIn(lines[at]);
      const end = at + 1 + head.files;
      if (head.name === name) for (const line of lines.slice(at + 1, end)) this.#lines.set(pathPart(line), line);
      at = end;
    }
  }

  /**
   * Its digests; undefined for a file that is not there, or was another one. A folder that was there has those that it
   * had: a worker that has the folder changes its permissions, and does not look at it again.
   */
  find(file: SeenFile): Pick<ManifestFile, "digest" | "content"> | undefined {
    const start = lineStart(file);
    const line = this.#lines.get(pathPart(start));
    if (line === undefined) return undefined;
    if (file.kind === "directory") {
      const { kind, path, digest, content } = fileIn(line);
      return kind === file.kind && path === file.path ? { digest, content } : undefined;
    }
    if (!line.startsWith(start)) return undefined;
    const [digest, content] = listIn(jsonIn(`[${line.slice(start.length)}`), textIn);
    return { digest: textIn(digest), content: textIn(content) };
  }
}

const fileKinds: readonly FileKind[] = ["file", "directory", "symlink", "fifo", "block-device", "char-device"];

/** There can be many files: each is a list, without names of fields. What a walk tells comes first. */
function lineStart({ path, kind, permissions, size, target, stamp }: SeenFile): string {
  return `${JSON.stringify([path, fileKinds.indexOf(kind), permissions, size, target, stamp]).slice(0, -1)},`;
}

/** Of some paths with quotation marks less than the path, which then is compared with the rest. */
function pathPart(line: string): string {
  return line.slice(0, line.indexOf('",'));
}

function fileIn(line: string): ManifestFile {
  const [path, kind, permissions, size, target, stamp, digest, content] = listIn(jsonIn(line), (field) => field);
  const known = fileKinds[numberIn(kind)];
  if (known === undefined) throw new UnreadableRecord("the record has a file of no known kind");
  return {
    path: textIn(path),
    kind: known,
    permissions: numberIn(permissions),
    size: numberIn(size),
    target: textIn(target),
    digest: textIn(digest),
    content: textIn(content),
    stamp: textIn(stamp),
  };
}

function headIn(line: string | undefined): { readonly name: string; readonly files: number } {
  const { name, files } = recordIn(jsonIn(line ?? ""));
  return { name: textIn(name), files: numberIn(files) };
}

function linesOf(text: string): readonly string[] {
  if (!text.endsWith("\n")) throw new UnreadableRecord("the manifests are cut off");
  return text.slice(0, -1).split("\n");
}
