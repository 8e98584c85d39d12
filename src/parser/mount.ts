import { didYouMean } from "../suggest.ts";
import type { ExpandError, WordExpander } from "./expand-error.ts";
import { flagFields } from "./flag-fields.ts";
import { goLower } from "./go-case.ts";
import { parseBool, parseMemory, parseUint32 } from "./go-number.ts";
import type { Mount, MountType, SharingMode } from "./instruction.ts";

/**
 * The mounts of a RUN from the values of its `--mount` flags, or the first thing wrong with them. Without an expander
 * only the CSV form and `from` are read, for the other values may hold variables.
 */
export function parseMounts(flags: readonly string[], expander?: WordExpander): readonly Mount[] | ExpandError {
  if (flags.length === 0) return noMounts;
  const mounts: Mount[] = [];
  for (const flag of flags) {
    const mount = expander === undefined ? parseFrom(flag) : parseMount(flag, expander);
    if ("error" in mount) return mount;
    mounts.push(mount);
  }
  return mounts;
}

type Draft = { -readonly [Key in keyof Mount]: Mount[Key] };

const noMounts: readonly Mount[] = [];
const emptyMount: Mount = {
  type: "bind",
  from: "",
  source: "",
  target: "",
  readOnly: true,
  sizeLimit: 0,
  cacheId: "",
  cacheSharing: "",
  required: false,
  env: undefined,
  mode: undefined,
  uid: undefined,
  gid: undefined,
};

const mountTypes: readonly MountType[] = ["bind", "cache", "tmpfs", "secret", "ssh"];
const sharingModes: readonly SharingMode[] = ["shared", "private", "locked"];
const keys = [
  "type",
  "from",
  "source",
  "target",
  "readonly",
  "id",
  "sharing",
  "required",
  "size",
  "mode",
  "uid",
  "gid",
  "src",
  "dst",
  "destination",
  "ro",
  "rw",
  "readwrite",
  "env",
];

/** The mount as far as it is known before variables are: its `from`, which may not hold any. */
function parseFrom(flag: string): Mount | ExpandError {
  const fields = mountFields(flag);
  if ("error" in fields) return fields;
  let from = "";
  for (const { key, value } of fields) {
    if (key !== "from" || value === undefined) continue;
    const dollar = value.indexOf("$");
    if (dollar >= 0 && dollar !== value.length - 1) {
      const remedy = `define alias stage instead: "FROM ${value} AS <name>", and use from=<name>`;
      return { error: `from=${value}: 'from' doesn't support variable expansion, ${remedy}` };
    }
    from = value;
  }
  return from === "" ? emptyMount : { ...emptyMount, from };
}

function parseMount(flag: string, expander: WordExpander): Mount | ExpandError {
  const fields = mountFields(flag);
  if ("error" in fields) return fields;
  const mount: Draft = { ...emptyMount };
  const settings: Settings = { mount, readOnlyGiven: false };
  for (const { key, value, field } of fields) {
    const error = value === undefined ? setWord(settings, key, field) : setPair(settings, key, value, field, expander);
    if (error !== undefined) return error;
  }
  if (!settings.readOnlyGiven) mount.readOnly = mount.type !== "cache" && mount.type !== "tmpfs";
  return contradictionIn(mount) ?? mount;
}

interface Field {
  /** Lower case. */
  readonly key: string;
  /** Undefined where there is no `=`. */
  readonly value: string | undefined;
  readonly field: string;
}

function mountFields(flag: string): readonly Field[] | ExpandError {
  const fields = flagFields("--mount", flag);
  if ("error" in fields) return fields;
  return fields.map((field) => {
    const equals = field.indexOf("=");
    if (equals < 0) return { key: goLower(field), value: undefined, field };
    return { key: goLower(field.slice(0, equals)), value: field.slice(equals + 1), field };
  });
}

interface Settings {
  readonly mount: Draft;
  readOnlyGiven: boolean;
}

function setWord(settings: Settings, key: string, field: string): ExpandError | undefined {
  switch (key) {
    case "readonly":
    case "ro":
      return setReadOnly(settings, true);
    case "readwrite":
    case "rw":
      return setReadOnly(settings, false);
    case "required":
      return setRequired(settings.mount, true);
    default:
      return { error: `"${field}" in --mount needs a value: ${field}=<value>${didYouMean(key, keys)}` };
  }
}

function setPair(
  settings: Settings,
  key: string,
  written: string,
  field: string,
  expander: WordExpander,
): ExpandError | undefined {
  const value = expander(written);
  if (typeof value !== "string") return value;
  const { mount } = settings;
  switch (key) {
    case "type":
      return setType(mount, value);
    case "from":
      mount.from = value;
      return undefined;
    case "source":
    case "src":
      mount.source = value;
      return undefined;
    case "target":
    case "dst":
    case "destination":
      mount.target = value;
      return undefined;
    case "readonly":
    case "ro":
    case "readwrite":
    case "rw": {
      const flag = parseBool(value);
      if (flag === undefined) return notBoolean(key, value);
      return setReadOnly(settings, key.startsWith("readonly") || key === "ro" ? flag : !flag);
    }
    case "required": {
      const flag = parseBool(value);
      return setRequired(mount, flag ?? notBoolean(key, value));
    }
    case "size":
      return setSize(mount, value);
    case "id":
      mount.cacheId = value;
      return undefined;
    case "sharing":
      return setSharing(mount, value);
    case "mode":
      mount.mode = parseUint32(value, 8);
      return mount.mode === undefined ? { error: `mode=${value} is no octal number of at most 32 bits` } : undefined;
    case "uid":
    case "gid":
      mount[key] = parseUint32(value, 10);
      return mount[key] === undefined ? { error: `${key}=${value} is no number of at most 32 bits` } : undefined;
    case "env":
      mount.env = value;
      return undefined;
    default:
      return { error: `"${field}" in --mount: unexpected key '${key}'${didYouMean(key, keys)}` };
  }
}

function setReadOnly(settings: Settings, readOnly: boolean): undefined {
  settings.mount.readOnly = readOnly;
  settings.readOnlyGiven = true;
}

function setType(mount: Draft, value: string): ExpandError | undefined {
  const type = mountTypes.find((known) => known === goLower(value));
  if (type === undefined) {
    return {
      error: `type=${value}: unsupported mount type "${value}"${didYouMean(value, mountTypes)}: it is ${mountTypes.join(", ")}`,
    };
  }
  mount.type = type;
  return undefined;
}

function setSharing(mount: Draft, value: string): ExpandError | undefined {
  const sharing = sharingModes.find((known) => known === goLower(value));
  if (sharing === undefined) {
    return { error: `sharing=${value}: a cache is ${sharingModes.join(", ")}${didYouMean(value, sharingModes)}` };
  }
  mount.cacheSharing = sharing;
  return undefined;
}

function setRequired(mount: Draft, required: boolean | ExpandError): ExpandError | undefined {
  if (mount.type !== "secret" && mount.type !== "ssh") return wrongType("required", mount, "secret and ssh");
  if (typeof required !== "boolean") return required;
  mount.required = required;
  return undefined;
}

function setSize(mount: Draft, value: string): ExpandError | undefined {
  if (mount.type !== "tmpfs") return wrongType("size", mount, "tmpfs");
  const size = parseMemory(value);
  if (size === undefined) return { error: `size=${value} is no amount of memory, such as 64m or 1g` };
  mount.sizeLimit = size;
  return undefined;
}

function notBoolean(key: string, value: string): ExpandError {
  return { error: `${key}=${value} is neither true nor false` };
}

function wrongType(key: string, mount: Draft, types: string): ExpandError {
  return { error: `"${key}" is for ${types} mounts, not for a ${mount.type} one; "type" must stand before it` };
}

/** What must not stand together, whatever the order. */
function contradictionIn(mount: Mount): ExpandError | undefined {
  const { type } = mount;
  if (type === "bind" || type === "tmpfs") {
    for (const key of ["mode", "uid", "gid"] as const) {
      if (mount[key] !== undefined) return { error: `"${key}" is not for ${type} mounts` };
    }
  }
  if (type === "secret") {
    if (mount.from !== "") return { error: 'a secret mount has no "from"' };
    if (mount.cacheSharing !== "") return { error: 'a secret mount has no "sharing"' };
    if (mount.source === "" && mount.target === "" && mount.cacheId === "") {
      return { error: 'a secret mount needs an "id" or a "target"' };
    }
    if (mount.source !== "" && mount.cacheId !== "") {
      return { error: '"id" and "source" of a secret mount are the same thing: give one' };
    }
  }
  if (mount.cacheSharing !== "" && type !== "cache")
    return { error: `"sharing" is for cache mounts, not for a ${type} one` };
  return undefined;
}
