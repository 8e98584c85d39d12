/** A field of a value that came as JSON; undefined where there is no object, or no such field of its own. */
export function fieldOf(value: unknown, key: string): unknown {
  return Object.hasOwn(recordOf(value), key) ? recordOf(value)[key] : undefined;
}

/** A text in a value that came as JSON; empty where there is none. */
export function textAt(value: unknown, key: string): string {
  const found = fieldOf(value, key);
  return typeof found === "string" ? found : "";
}

/** A number in a value that came as JSON; 0 where there is none. */
export function numberAt(value: unknown, key: string): number {
  const found = fieldOf(value, key);
  return typeof found === "number" ? found : 0;
}

/** A list in a value that came as JSON; empty where there is none. */
export function itemsAt(value: unknown, key: string): readonly unknown[] {
  const found = fieldOf(value, key);
  return Array.isArray(found) ? found : [];
}

/** A value that came as JSON, as an object; one without fields where it is anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
