import { Failure } from "../failure.ts";
import type { Definition } from "../llb/definition.ts";
import { unmarshal } from "../llb/unmarshal.ts";
import { formatPlatform, parsePlatform } from "../platform.ts";
import { sourceOfVertex } from "./vertex-source.ts";

/**
 * Throws a Failure `platform-unsupported` when a RUN step is for a system or architecture that the worker does not run,
 * natively or by emulation. Only RUN steps count: files of any platform can be put together anywhere.
 *
 * `available` is what the worker says it runs. Variants are left to it: it does not name all that work.
 */
export function checkPlatforms(definitions: readonly Definition[], available: readonly string[]): void {
  // A worker that names nothing gives no reason to doubt it.
  if (available.length === 0) return;
  const known = new Set(available.map((platform) => machineOf(formatPlatform(parsePlatform(platform)))));
  for (const definition of definitions) {
    const { ops, digests, metadata } = unmarshal(definition.bytes);
    for (const [index, op] of ops.entries()) {
      if (op.kind !== "exec" || op.platform === undefined) continue;
      const platform = formatPlatform(op.platform);
      if (known.has(machineOf(platform))) continue;
      const digest = digests[index] ?? "";
      const name = metadata.get(digest)?.description?.get("llb.customname") ?? op.meta.args.join(" ");
      throw unsupported(platform, name, available, sourceOfVertex([definition], digest, name));
    }
  }
}

function unsupported(
  platform: string,
  step: string,
  available: readonly string[],
  source: ReturnType<typeof sourceOfVertex>,
): Failure {
  const architecture = platform.split("/")[1] ?? platform;
  return new Failure(
    "platform-unsupported",
    `the worker cannot run ${platform}, which this step needs: ${step}\nIt runs ${available.join(", ")}.`,
    {
      remedy: `Run \`llbc platforms install ${architecture}\` as root on the worker's machine, or give a worker of that platform with addr (--addr).`,
      ...(source === undefined ? {} : { source }),
    },
  );
}

/** `os/architecture` of a platform: what decides whether a program runs at all. */
function machineOf(platform: string): string {
  return platform.split("/").slice(0, 2).join("/");
}
