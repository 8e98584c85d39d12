import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { digestOf } from "../digest.ts";
import type { BuildRecord } from "../graph/history/build-record.ts";
import { isRemoteAddress } from "../solver/remote-address.ts";

/** The Dockerfile of a recorded build, where it is still there as it was. */
export async function recordedDockerfile({
  context,
  dockerfile,
  dockerfileDigest,
}: Pick<BuildRecord, "context" | "dockerfile" | "dockerfileDigest">): Promise<Uint8Array | undefined> {
  if (dockerfileDigest === undefined || context === "" || context === "-" || isRemoteAddress(context)) return undefined;
  const names = dockerfile === "" ? ["Dockerfile", "dockerfile"] : [dockerfile];
  for (const name of names) {
    const bytes = await readFile(resolve(context, name)).catch(() => undefined);
    if (bytes !== undefined && digestOf(bytes) === dockerfileDigest) return bytes;
  }
  return undefined;
}
