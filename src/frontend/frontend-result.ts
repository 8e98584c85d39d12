import type { Compilation } from "../graph/compilation.ts";
import type { FrontendResult, GatewayRef } from "./gateway.ts";

/**
 * The result of a frontend: a ref and the configs of image and base for each platform, under the platform's name if
 * the build is for several. `refs` are in the order of the compilation's platforms.
 */
export function frontendResult(
  { platforms, resultMetadata }: Compilation,
  refs: readonly (GatewayRef | undefined)[],
  multiPlatform: boolean,
): FrontendResult {
  const metadata = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(resultMetadata)) metadata.set(key, Buffer.from(value));
  for (const { platform, imageJSON, baseImageJSON } of platforms) {
    const suffix = multiPlatform ? `/${platform}` : "";
    metadata.set(`containerimage.config${suffix}`, imageJSON);
    if (baseImageJSON !== undefined) metadata.set(`containerimage.base.config${suffix}`, baseImageJSON);
  }
  if (!multiPlatform) return { ref: refs[0], metadata };
  return { refs: new Map(platforms.map(({ platform }, index) => [platform, refs[index]])), metadata };
}
