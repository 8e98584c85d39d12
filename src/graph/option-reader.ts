import { encodeUtf8 } from "../utf8.ts";
import type { CompileOptions } from "./compile-options.ts";
import type { ContextReader } from "./context/context-build.ts";

/** Reads of contexts what the options give of them: their ignore files. */
export function optionReader(options: Pick<CompileOptions, "dockerignore" | "contextFiles">): ContextReader {
  const files = new Map(Object.entries(options.contextFiles ?? {}));
  return {
    async ignoreFile({ name, kind }) {
      const own = new Map(Object.entries(files.get(name) ?? {})).get(".dockerignore");
      const content = own ?? (kind === "main" || name === "context" ? options.dockerignore : undefined);
      return typeof content === "string" ? encodeUtf8(content) : content;
    },
    async download() {
      return undefined;
    },
    async inputs() {
      return new Map();
    },
  };
}
