import type { Env } from "../../parser/env.ts";
import type { Mount } from "../../parser/instruction.ts";

/**
 * The environment as the name of a step shows it: a variable that a secret fills is stars. The secret itself is never
 * known here; the stars say that the value comes from one.
 */
export function envWithMaskedSecrets(env: Env, mounts: readonly Mount[]): Env {
  if (mounts.length === 0) return env;
  const masked = new Set<string>();
  for (const mount of mounts) {
    if (mount.type === "secret" && mount.env !== undefined) masked.add(mount.env);
  }
  if (masked.size === 0) return env;
  return {
    get: (name) => (masked.has(name) ? "****" : env.get(name)),
    keys: () => [...Array.from(env.keys()).filter((name) => !masked.has(name)), ...masked],
  };
}
