import type { Compilation, CompiledPlatform } from "../graph/compilation.ts";
import { definitionJson, dump } from "../llb/dump.ts";
import { unmarshal } from "../llb/unmarshal.ts";

/** Some platforms of a compilation as JSON: each with its definition (as `llbc dump` has it) and image config. */
export function compilationJson(compilation: Compilation, platforms: readonly CompiledPlatform[]): string {
  const { diagnostics, lookups, resultMetadata } = compilation;
  const shape = {
    platforms: platforms.map(({ platform, definition, imageJSON, baseImageJSON, epoch }) => ({
      platform,
      definition: definitionJson(unmarshal(definition.bytes)),
      image: jsonOf(imageJSON),
      ...(baseImageJSON === undefined ? {} : { baseImage: jsonOf(baseImageJSON) }),
      ...(epoch === undefined ? {} : { epoch }),
    })),
    diagnostics,
    lookups,
    resultMetadata,
  };
  return `${JSON.stringify(shape, undefined, 2)}\n`;
}

/** The definitions of some platforms for reading, each under its name where there are several. */
export function compilationText(platforms: readonly CompiledPlatform[]): string {
  return platforms
    .map(({ platform, definition }) => {
      const text = dump(unmarshal(definition.bytes), "text");
      return platforms.length === 1 ? text : `== ${platform} ==\n\n${text}`;
    })
    .join("\n");
}

function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString("utf8"));
}
