import { readFileSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { errnoOf } from "../errno.ts";
import type { ContextReader } from "../graph/context/context-build.ts";
import type { LocalSource } from "../solver/buildkit/attachable.ts";

/** Reads the ignore files of local contexts from this machine. What else contexts hold is left to `remote`, if given. */
export function diskReader(sources: ReadonlyMap<string, LocalSource>, remote?: ContextReader): ContextReader {
  return {
    async ignoreFile({ name }) {
      const source = sources.get(name);
      return source === undefined ? undefined : readLocalFile(source, ".dockerignore");
    },
    download: async (request) => remote?.download(request),
    inputs: async () => new Map(),
  };
}

/**
 * A file of a local source; undefined if it is not there. A link that leads out of the folder leads nowhere, since a
 * worker is sent only what is inside.
 */
export async function readLocalFile(source: LocalSource, name: string): Promise<Uint8Array | undefined> {
  if (source.kind === "memory") return source.files.get(name);
  try {
    const real = realpathSync.native(join(source.path, name));
    const inside = relative(realpathSync.native(source.path), real);
    if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return undefined;
    return readFileSync(real);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
