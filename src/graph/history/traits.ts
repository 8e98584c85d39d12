import type { ExecOp, FileOp, Op, OpFileAction, OpMount } from "../../llb/op.ts";
import { formatPlatformFully } from "../../platform.ts";
import type { Trait } from "./build-record.ts";
import type { HashText } from "./redact.ts";

/**
 * What an op does, part by part, so that two of them can be compared: names for people, values hashed. What does not
 * count for the cache (addresses of hosts, proxies) is left out.
 */
export function traitsOf(op: Op, hash: HashText, redact: (text: string) => string): readonly Trait[] {
  const platform: readonly Trait[] =
    op.platform === undefined ? [] : [{ name: "platform", value: formatPlatformFully(op.platform), plain: true }];
  switch (op.kind) {
    case "source":
      return [
        { name: "source", value: redact(op.identifier), plain: true },
        ...[...op.attrs]
          .filter(([name]) => name !== "local.session" && name !== "local.sharedkeyhint")
          .map(([name, value]) => ({ name, value: hash(value), plain: false })),
        ...(op.identifier.startsWith("local://") ? [] : platform),
      ];
    case "exec":
      return [...execTraits(op, hash), ...platform];
    case "file":
      return fileTraits(op, hash);
    case "merge":
      return [{ name: "layers", value: op.layers.join(), plain: true }];
    case "diff":
      return [{ name: "layers", value: `${op.lower},${op.upper}`, plain: true }];
    case "build":
    case "passthrough":
    case "head":
      return [];
  }
}

function execTraits({ meta, mounts, network, security, secretEnv, cdiDevices }: ExecOp, hash: HashText): Trait[] {
  const traits: Trait[] = [];
  const add = (name: string, value: string) => traits.push({ name, value: hash(value), plain: false });
  add("command", JSON.stringify(meta.args));
  for (const entry of meta.env ?? []) {
    const split = entry.indexOf("=");
    add(`env ${entry.slice(0, split)}`, entry.slice(split + 1));
  }
  add("order of the environment", (meta.env ?? []).map((entry) => entry.slice(0, entry.indexOf("="))).join("\0"));
  add("working directory", meta.cwd);
  add("user", meta.user ?? "");
  add("host names", JSON.stringify([meta.hostname, (meta.extraHosts ?? []).map(({ host }) => host)]));
  add(
    "limits",
    JSON.stringify([(meta.ulimits ?? []).map(({ name, soft, hard }) => `${name}=${soft}:${hard}`), meta.cgroupParent]),
  );
  add("network", network);
  add("security", security);
  add("secrets in the environment", JSON.stringify(secretEnv));
  add("devices", JSON.stringify(cdiDevices));
  for (const mount of mounts) add(`mount ${mount.dest}`, JSON.stringify(mountFields(mount)));
  return traits;
}

function mountFields({ kind, selector, readonly, secret, ssh, tmpfs, contentCache }: OpMount): unknown {
  return [kind, selector, readonly, secret, ssh, tmpfs === undefined ? null : String(tmpfs.size), contentCache];
}

function fileTraits({ actions }: FileOp, hash: HashText): Trait[] {
  return actions.flatMap((action, index) => {
    const of = actions.length === 1 ? "" : ` (${index + 1} of ${actions.length})`;
    return actionFields(action).map(([name, value]) => ({ name: `${name}${of}`, value: hash(value), plain: false }));
  });
}

function actionFields(action: OpFileAction): readonly (readonly [name: string, value: string])[] {
  const owner = "owner" in action ? [["owner", JSON.stringify(action.owner ?? null)] as const] : [];
  const time = "timestamp" in action ? [["time of the files", String(action.timestamp)] as const] : [];
  switch (action.kind) {
    case "copy":
      return [
        ["source", action.src],
        ["destination", action.dest],
        ...owner,
        ["mode", `${action.mode} ${action.modeStr}`],
        ["patterns", JSON.stringify([action.includePatterns, action.excludePatterns, action.requiredPaths])],
        [
          "flags",
          [
            action.followSymlink,
            action.dirCopyContents,
            action.attemptUnpack,
            action.createDestPath,
            action.allowWildcard,
            action.allowEmptyWildcard,
            action.alwaysReplaceExistingDestPaths,
          ].join(),
        ],
        ...time,
      ];
    case "mkfile":
      return [
        ["path", action.path],
        ["mode", String(action.mode)],
        ["content", Buffer.from(action.data).toString("base64")],
        ...owner,
        ...time,
      ];
    case "mkdir":
      return [["path", action.path], ["mode", `${action.mode} ${action.makeParents}`], ...owner, ...time];
    case "rm":
      return [["path", `${action.path} ${action.allowNotFound} ${action.allowWildcard}`]];
    case "symlink":
      return [["path", `${action.newpath} ${action.oldpath}`], ...owner, ...time];
  }
}
