import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ignoreFileName } from "../graph/context/context-ignore.ts";
import { likelyReads } from "../graph/context/likely-reads.ts";
import { readIgnoreFile } from "../ignore-file.ts";
import type { BuildInputs } from "./build-inputs.ts";
import type { LocalSource } from "./buildkit/attachable.ts";
import { diskTree } from "./buildkit/filesync/disk-tree.ts";
import { LookAhead } from "./buildkit/filesync/look-ahead.ts";
import { selectFrom } from "./buildkit/filesync/selection.ts";

/**
 * Prepares to look at what the Dockerfile seems to read of a local context, while the worker is still busy with other
 * things. Where that is nothing, or cannot be told, the worker's request is the first to find out.
 */
export function lookAhead(inputs: BuildInputs): BuildInputs {
  const context = inputs.sources.get("context");
  if (context?.kind !== "folder") return inputs;
  const ahead = lookAt(context, inputs);
  return { ...inputs, sources: new Map([...inputs.sources, ["context", { ...context, ahead }]]) };
}

function lookAt(
  context: LocalSource & { readonly kind: "folder" },
  { sources, frontendOptions }: BuildInputs,
): LookAhead | undefined {
  const dockerfile = sources.get("dockerfile");
  if (dockerfile === undefined) return undefined;
  const filename = frontendOptions.get("filename") ?? "Dockerfile";
  try {
    const reads = likelyReads(textIn(dockerfile, filename) ?? "");
    if (reads.length === 0) return undefined;
    const ignored = textIn(dockerfile, `${filename}${ignoreFileName}`) ?? textIn(context, ignoreFileName) ?? "";
    const request = {
      includePatterns: reads === "all" ? [] : reads,
      excludePatterns: readIgnoreFile(Buffer.from(ignored)),
      followPaths: [],
    };
    const tree = diskTree(context.path);
    return new LookAhead(tree, selectFrom(tree, request));
  } catch {
    return undefined;
  }
}

function textIn(source: LocalSource, name: string): string | undefined {
  if (source.kind === "memory") {
    const content = source.files.get(name);
    return content && Buffer.from(content).toString();
  }
  try {
    return readFileSync(join(source.path, name), "utf8");
  } catch {
    return undefined;
  }
}
