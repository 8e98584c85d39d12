import type { Edge } from "../../llb/vertex.ts";
import { encodeUtf8 } from "../../utf8.ts";
import { named } from "./named.ts";

/** A file system that holds one file: the content of a heredoc. `path` is below the root. */
export function inlineFile(path: string, content: string, mode: number): Edge {
  return {
    output: 0,
    vertex: {
      kind: "file",
      actions: [{ kind: "mkfile", path, mode, data: encodeUtf8(content) }],
      metadata: { description: named("[internal] preparing inline document") },
    },
  };
}
