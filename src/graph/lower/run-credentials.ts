import type { ExecSecret, ExecSsh } from "../../llb/vertex.ts";
import type { Mount } from "../../parser/instruction.ts";
import { baseName } from "../../slash-path.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import type { LowerContext } from "./state.ts";

/**
 * A `type=secret` mount: a file, below /run/secrets unless a target is given; or a variable, and then a file only
 * where a target is given, too. The id is `source`, or `id`, or the last part of the target.
 */
export function runSecret(context: LowerContext, mount: Mount, lines: readonly number[]): ExecSecret {
  const named = mount.source === "" ? mount.cacheId : mount.source;
  const id = named === "" ? baseName(mount.target) : named;
  context.recorder.useSecret(id, mount.required, lines);
  const defaultTarget = mount.env === undefined ? `/run/secrets/${baseName(id)}` : undefined;
  return {
    id,
    target: mount.target === "" ? defaultTarget : mount.target,
    env: mount.env,
    uid: mount.uid ?? 0,
    gid: mount.gid ?? 0,
    mode: mount.mode ?? 0o400,
    optional: !mount.required,
  };
}

/** A `type=ssh` mount: a forwarded agent. In the op the default agent has no id; the outline calls it "default". */
export function runSsh(context: LowerContext, mount: Mount, lines: readonly number[]): ExecSsh {
  if (mount.source !== "") {
    throw new InvalidDockerfile("mount-key", 'an ssh mount has no "source": name the agent with id=<name>');
  }
  context.recorder.useSsh(mount.cacheId === "" ? "default" : mount.cacheId, mount.required, lines);
  return {
    id: mount.cacheId,
    target: mount.target === "" ? undefined : mount.target,
    uid: mount.uid ?? 0,
    gid: mount.gid ?? 0,
    mode: mount.mode ?? 0o600,
    optional: !mount.required,
  };
}
