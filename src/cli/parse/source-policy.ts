import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { errnoText } from "../../errno.ts";
import { Failure } from "../../failure.ts";
import { parseSourcePolicy, type SourcePolicy } from "../../solver/source-policy.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/**
 * The source policy in the file that the flag names, or else EXPERIMENTAL_BUILDKIT_SOURCE_POLICY, as with docker buildx.
 * Rejects with a UsageError that names the file.
 */
export async function readSourcePolicy(
  flag: string | undefined,
  { env, cwd }: Pick<Terminal, "env" | "cwd">,
): Promise<SourcePolicy | undefined> {
  const { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: wanted = "" } = env;
  const path = flag ?? wanted;
  if (path === "") return undefined;
  const origin = flag === undefined ? "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY" : "--source-policy-file";
  let text: string;
  try {
    text = await readFile(resolve(cwd, path), "utf8");
  } catch (error) {
    throw new UsageError(`${origin} ${path} cannot be read: ${errnoText(error)}.`);
  }
  try {
    return parseSourcePolicy(text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new UsageError(`${origin} ${path}: ${error.message}. ${error.remedy ?? ""}`.trimEnd());
  }
}
