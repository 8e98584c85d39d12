import type { ExecOp, Op, OpFileAction, OpMount, OpOwner, OpUser } from "./op.ts";

/** How an op calls its inputs, e.g. `#3` or `#3 (output 1)`. */
export type InputName = (index: number) => string;

/** What an op does, line by line, for people; the first line names the kind. */
export function opText(op: Op, inputName: InputName): string[] {
  switch (op.kind) {
    case "head":
      return [`result ${inputName(0)}`];
    case "source":
      return [`source ${printable(op.identifier)}`, ...attrsText(op.attrs)];
    case "exec":
      return execText(op, inputName);
    case "file":
      return ["file", ...op.actions.map((action, position) => actionText(action, position, op, inputName))];
    case "merge":
      return [`merge ${op.layers.map(inputName).join(", ")}`];
    case "diff":
      return [`diff from ${inputName(op.lower)} to ${inputName(op.upper)}`];
    case "build": {
      const inputs = [...op.named].map(([name, input]) => `input ${printable(name)} is ${inputName(input)}`);
      return [
        `build by ${op.builder === -1 ? "the worker" : inputName(op.builder)}`,
        ...inputs,
        ...attrsText(op.attrs),
      ];
    }
    case "passthrough":
      return [
        `passthrough ${printable(op.id)}`,
        ...op.inputs.map((_, input) => {
          const output = op.outputs.indexOf(input);
          return `after ${inputName(input)}${output === -1 ? "" : `, which is output ${output}`}`;
        }),
      ];
  }
}

/**
 * Text that cannot move the cursor of a terminal: control characters as in JSON. A definition can come from anywhere.
 */
export function printable(text: string): string {
  return controls.test(text) ? text.replace(allControls, escapeControl) : text;
}

const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const allControls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escapeControl(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 10) return "\\n";
  if (code === 9) return "\\t";
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

function attrsText(attrs: ReadonlyMap<string, string>): string[] {
  return [...attrs].map(([key, value]) => `${printable(key)} = ${printable(value)}`);
}

function execText(op: ExecOp, inputName: InputName): string[] {
  const { meta } = op;
  const lines = [`exec ${quoted(meta.args)}`, `in ${printable(meta.cwd)}`];
  if (meta.user !== undefined) lines.push(`as ${printable(meta.user)}`);
  for (const entry of meta.env ?? []) lines.push(`env ${printable(entry)}`);
  for (const [name, value] of Object.entries(meta.proxy ?? {})) if (value) lines.push(`${name} ${printable(value)}`);
  if (meta.hostname !== undefined) lines.push(`hostname ${printable(meta.hostname)}`);
  for (const { host, ip } of meta.extraHosts ?? []) lines.push(`host ${printable(host)} is ${printable(ip)}`);
  for (const { name, soft, hard } of meta.ulimits ?? []) lines.push(`ulimit ${printable(name)} ${soft}:${hard}`);
  if (meta.cgroupParent !== undefined) lines.push(`cgroup parent ${printable(meta.cgroupParent)}`);
  if (meta.validExitCodes !== undefined) lines.push(`may exit with ${meta.validExitCodes.join(", ")}`);
  if (op.network !== "sandbox") lines.push(`network ${op.network}`);
  if (op.security !== "sandbox") lines.push(`security ${op.security}`);
  for (const mount of op.mounts) lines.push(mountText(mount, inputName));
  for (const { id, name, optional } of op.secretEnv) {
    lines.push(`env ${printable(name)} from secret ${printable(id)}${optional ? ", optional" : ""}`);
  }
  for (const { name, optional } of op.cdiDevices) {
    lines.push(`device ${printable(name)}${optional ? ", optional" : ""}`);
  }
  return lines;
}

function quoted(args: readonly string[]): string {
  return args
    .map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : JSON.stringify(arg).replace(allControls, escapeControl)))
    .join(" ");
}

function mountText(mount: OpMount, inputName: InputName): string {
  const parts = [`mount ${printable(mount.dest)}: ${mount.kind}`];
  const id = (mount.cache ?? mount.secret ?? mount.ssh)?.id;
  if (id !== undefined && id !== "") parts[0] += ` ${printable(id)}`;
  if (mount.input !== -1 || mount.kind === "bind") parts[0] += ` of ${inputName(mount.input)}`;
  if (mount.selector !== "") parts[0] += ` at ${printable(mount.selector)}`;
  if (mount.cache !== undefined) parts.push(mount.cache.sharing);
  if (mount.tmpfs !== undefined && mount.tmpfs.size > 0n) parts.push(`${mount.tmpfs.size} bytes`);
  const credential = mount.secret ?? mount.ssh;
  if (credential !== undefined) {
    parts.push(`mode ${octal(credential.mode)}`, `owner ${credential.uid}:${credential.gid}`);
    if (credential.optional) parts.push("optional");
  }
  if (mount.readonly) parts.push("read-only");
  else if (mount.kind === "bind") parts.push(mount.output === -1 ? "changes dropped" : `output ${mount.output}`);
  if (mount.contentCache !== "default") parts.push(`content cache ${mount.contentCache}`);
  return parts.join(", ");
}

/** `a1` is the result of the first action of the same op. */
function actionText(action: OpFileAction, position: number, op: Op, inputName: InputName): string {
  const name = (index: number) => (index >= op.inputs.length ? `a${index - op.inputs.length + 1}` : inputName(index));
  const result = action.output === -1 ? "" : `, output ${action.output}`;
  return `a${position + 1}: ${bodyText(action, name)} on ${name(action.input)}${result}`;
}

function bodyText(action: OpFileAction, name: InputName): string {
  switch (action.kind) {
    case "copy": {
      const mode = action.modeStr !== "" ? printable(action.modeStr) : action.mode === -1 ? "" : octal(action.mode);
      const flags = Object.entries(action).filter(([, value]) => value === true);
      const details = [
        ...(mode === "" ? [] : [`mode ${mode}`]),
        ...ownerText(action.owner, name),
        ...action.includePatterns.map((pattern) => `include ${printable(pattern)}`),
        ...action.excludePatterns.map((pattern) => `exclude ${printable(pattern)}`),
        ...action.requiredPaths.map((path) => `require ${printable(path)}`),
        ...timeText(action.timestamp),
        ...flags.map(([flag]) => flag),
      ];
      const from = `${printable(action.src)} of ${name(action.secondaryInput)}`;
      return `copy ${from} to ${printable(action.dest)}${inBrackets(details)}`;
    }
    case "mkfile": {
      const details = [`${action.data.length} bytes`, `mode ${octal(action.mode)}`];
      const rest = [...ownerText(action.owner, name), ...timeText(action.timestamp)];
      return `write ${printable(action.path)}${inBrackets([...details, ...rest])}`;
    }
    case "mkdir": {
      const parents = action.makeParents ? ["with parents"] : [];
      const rest = [...ownerText(action.owner, name), ...timeText(action.timestamp)];
      return `make directory ${printable(action.path)}${inBrackets([`mode ${octal(action.mode)}`, ...parents, ...rest])}`;
    }
    case "rm": {
      const flags = [...(action.allowNotFound ? ["if there"] : []), ...(action.allowWildcard ? ["wildcards"] : [])];
      return `remove ${printable(action.path)}${inBrackets(flags)}`;
    }
    case "symlink": {
      const details = [...ownerText(action.owner, name), ...timeText(action.timestamp)];
      return `link ${printable(action.newpath)} to ${printable(action.oldpath)}${inBrackets(details)}`;
    }
  }
}

function inBrackets(details: readonly string[]): string {
  return details.length === 0 ? "" : ` (${details.join(", ")})`;
}

function ownerText(owner: OpOwner | undefined, name: InputName): string[] {
  if (owner === undefined) return [];
  return [`owner ${userText(owner.user, name)}:${userText(owner.group, name)}`];
}

function userText(user: OpUser | undefined, name: InputName): string {
  if (user === undefined) return "";
  return "id" in user ? String(user.id) : `${printable(user.name)} of ${name(user.input)}`;
}

function timeText(timestamp: bigint): string[] {
  return timestamp === -1n ? [] : [`time ${timestamp} ns`];
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
