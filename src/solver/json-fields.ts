/** A field of a value that came as JSON; undefined where there is no object, or no such field of its own. */
export function fieldOf(value: unknown, key: string): unknown {
  return Object.hasOwn(recordOf(value), key) ? recordOf(value)[key] : undefined;
}

/** A value that came as JSON, as an object; one without fields where it is anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
