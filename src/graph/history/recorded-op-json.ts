import type { MountKind } from "../../llb/op.ts";
import { flagIn, listIn, oneOf, recordIn, textIn, textsIn } from "./json-reader.ts";
import type { RecordedAction, RecordedOp } from "./recorded-op.ts";

const mountKinds: readonly MountKind[] = ["bind", "secret", "ssh", "cache", "tmpfs"];
const actionKinds: readonly RecordedAction["kind"][] = ["copy", "mkfile", "mkdir", "rm", "symlink"];

/**
 * Reads a RecordedOp as JSON has it.
 * @throws UnreadableRecord
 */
export function recordedOpIn(value: unknown): RecordedOp {
  const fields = recordIn(value);
  const kind = oneOf(fields.kind, ["exec", "file", "source"]);
  switch (kind) {
    case "exec":
      return {
        kind,
        args: textsIn(fields.args),
        cwd: textIn(fields.cwd),
        user: textIn(fields.user),
        hasNetwork: flagIn(fields.hasNetwork),
        env: textsIn(fields.env),
        mounts: listIn(fields.mounts, mountIn),
      };
    case "file":
      return { kind, actions: listIn(fields.actions, actionIn) };
    case "source":
      return { kind, excludes: textIn(fields.excludes) };
  }
}

function mountIn(value: unknown): { readonly kind: MountKind; readonly dest: string } {
  const { kind, dest } = recordIn(value);
  return { kind: oneOf(kind, mountKinds), dest: textIn(dest) };
}

function actionIn(value: unknown): RecordedAction {
  const { kind, src, dest } = recordIn(value);
  return { kind: oneOf(kind, actionKinds), src: textIn(src), dest: textIn(dest) };
}
