import { ownValue } from "../own-value.ts";
import { encodeUtf8 } from "../utf8.ts";
import type { CompileOptions } from "./compile-options.ts";
import type { ContextReader } from "./context/context-build.ts";

/** Reads of contexts what the options give of them: their ignore files. */
export function optionReader(options: Pick<CompileOptions, "dockerignore" | "contextFiles">): ContextReader {
  return {
    async ignoreFile({ name, kind }) {
      const own = ownValue(ownValue(options.contextFiles, name), ".dockerignore");
      const content = own ?? (kind === "main" || name === "context" ? options.dockerignore : undefined);
      return typeof content === "string" ? encodeUtf8(content) : content;
    },
    async download() {
      return undefined;
    },
    async inputs() {
      return noInputs;
    },
  };
}

const noInputs: ReadonlyMap<string, Uint8Array> = new Map();
