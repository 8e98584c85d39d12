import { toWellFormed } from "../utf8.ts";
import { membersOf, numberOf } from "./ordered-json.ts";
import { parseTimestamp, type Timestamp } from "./timestamp.ts";

/** A field of an image config has a value of another type than the field. */
export class WrongType extends Error {}

/** How the objects of a config are read: as plain objects, or as `parseOrdered` made them. */
export type ConfigForm = "plain" | "ordered";

/**
 * The fields of a JSON object as Go's `encoding/json` reads them into a struct: by their names in any case. A field that
 * is written more than once has the last value, `null` aside, but objects and maps are merged.
 */
export class ConfigFields {
  readonly #form: ConfigForm;
  /** Set where each field is there at most once, spelt as it is asked for, which is the usual case. */
  readonly #plain: Readonly<Record<string, unknown>> | undefined;
  /** The values by the folded names of their fields. */
  readonly #values: ReadonlyMap<string, readonly unknown[]>;

  /** `objects` are the values of one field in their order: objects, or `null`. */
  constructor(objects: readonly unknown[], form: ConfigForm) {
    this.#form = form;
    const [only] = objects;
    if (form === "plain" && objects.length === 1 && isObject(only) && Object.keys(only).every(isUsualSpelling)) {
      this.#plain = only;
      this.#values = noValues;
      return;
    }
    const valuesOf = new Map<string, unknown[]>();
    for (const object of objects) {
      for (const [name, value] of object === null ? [] : this.#members(object)) {
        const folded = fold(name);
        const values = valuesOf.get(folded);
        if (values === undefined) valuesOf.set(folded, [value ?? null]);
        else values.push(value ?? null);
      }
    }
    this.#values = valuesOf;
  }

  text(name: string): string {
    let text = "";
    for (const value of this.#all(name)) {
      if (value === null) continue;
      if (typeof value !== "string") throw new WrongType();
      text = value;
    }
    return toWellFormed(text);
  }

  boolean(name: string): boolean {
    let is = false;
    for (const value of this.#all(name)) {
      if (value === null) continue;
      if (typeof value !== "boolean") throw new WrongType();
      is = value;
    }
    return is;
  }

  integer(name: string): bigint {
    let integer = 0n;
    for (const value of this.#all(name)) if (value !== null) integer = this.#integer(value);
    return integer;
  }

  time(name: string): Timestamp | undefined {
    let time: Timestamp | undefined;
    for (const value of this.#all(name)) {
      time = typeof value === "string" ? parseTimestamp(value) : undefined;
      if (value !== null && time === undefined) throw new WrongType();
    }
    return time;
  }

  /** Empty where it is absent. */
  texts(name: string): readonly string[] {
    return this.optionalTexts(name) ?? [];
  }

  /** A list that may be absent, which is not the same as empty. */
  optionalTexts(name: string): readonly string[] | undefined {
    return this.#list<string>(name, (item, before) => {
      if (item !== null && typeof item !== "string") throw new WrongType();
      return toWellFormed(item ?? before ?? "");
    });
  }

  /** A list of objects. */
  objects(name: string): readonly ConfigFields[] {
    const lists = this.#list<readonly unknown[]>(name, (item, before = []) => [...before, item]);
    return (lists ?? []).map((objects) => new ConfigFields(objects, this.#form));
  }

  /** The keys of a map whose values say nothing. */
  keys(name: string): readonly string[] {
    if (this.#all(name).length === 0) return none;
    return [...this.#map(name, (value) => (value === null ? undefined : this.#members(value))).keys()];
  }

  textMap(name: string): readonly (readonly [string, string])[] {
    if (this.#all(name).length === 0) return none;
    const map = this.#map(name, (value) => {
      if (value !== null && typeof value !== "string") throw new WrongType();
      return toWellFormed(value ?? "");
    });
    return [...map];
  }

  object(name: string): ConfigFields {
    return new ConfigFields(this.#all(name), this.#form);
  }

  /** An object that may be absent: `null` takes away what was there. */
  optionalObject(name: string): ConfigFields | undefined {
    const values = this.#all(name);
    const given = values.slice(values.lastIndexOf(null) + 1);
    return given.length === 0 ? undefined : new ConfigFields(given, this.#form);
  }

  #all(name: string): readonly unknown[] {
    if (this.#plain === undefined) return this.#values.get(fold(name)) ?? [];
    const value = this.#plain[name];
    return value === undefined ? none : [value];
  }

  /** `read` makes an item, given what stood at its place before. */
  #list<T>(name: string, read: (item: unknown, before: T | undefined) => T): readonly T[] | undefined {
    let list: readonly T[] | undefined;
    for (const value of this.#all(name)) {
      if (value !== null && !Array.isArray(value)) throw new WrongType();
      const before: readonly T[] = list ?? [];
      list = value?.map((item: unknown, index) => read(item ?? null, before[index]));
    }
    return list;
  }

  #map<T>(name: string, read: (value: unknown) => T): ReadonlyMap<string, T> {
    const map = new Map<string, T>();
    for (const value of this.#all(name)) {
      if (value === null) map.clear();
      else for (const [key, inner] of this.#members(value)) map.set(toWellFormed(key), read(inner ?? null));
    }
    return map;
  }

  #members(value: unknown): readonly (readonly [string, unknown])[] {
    const members = this.#form === "ordered" ? membersOf(value) : isObject(value) ? Object.entries(value) : undefined;
    if (members === undefined) throw new WrongType();
    return members;
  }

  #integer(value: unknown): bigint {
    const text = this.#form === "ordered" ? numberOf(value) : typeof value === "number" ? String(value) : undefined;
    const integer = text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : undefined;
    if (integer === undefined || BigInt.asIntN(64, integer) !== integer) throw new WrongType();
    return integer;
  }
}

const none: readonly never[] = [];
const noValues: ReadonlyMap<string, readonly unknown[]> = new Map();

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names that Go takes for one: the two characters beyond ASCII are those that it folds to a letter of ASCII. */
function fold(name: string): string {
  return name.replaceAll("ſ", "s").replaceAll("\u212a", "k").toLowerCase();
}

const fieldNames: ReadonlySet<string> = new Set(
  (
    "architecture author comment config created created_by diff_ids empty_layer history os os.features os.version " +
    "rootfs type variant ArgsEscaped Cmd Entrypoint Env ExposedPorts Healthcheck Labels OnBuild Shell StopSignal User " +
    "Volumes WorkingDir Interval Retries StartInterval StartPeriod Test Timeout"
  ).split(" "),
);
const foldedFieldNames: ReadonlySet<string> = new Set([...fieldNames].map(fold));

/** Whether the name is that of a field, and not another spelling of one. */
function isUsualSpelling(name: string): boolean {
  return fieldNames.has(name) || !foldedFieldNames.has(fold(name));
}
