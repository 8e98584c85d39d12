/** A record of a build that nobody wrote like this. */
export class UnreadableRecord extends Error {
  override readonly name = "UnreadableRecord";
}

export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableRecord("the record is no JSON", { cause: error });
  }
}

// Each reads a value that came as JSON, and throws UnreadableRecord where it is something else.

export function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new UnreadableRecord("the record lacks an object");
  return value;
}

export function textIn(value: unknown): string {
  if (typeof value !== "string") throw new UnreadableRecord("the record lacks a text");
  return value;
}

export function numberIn(value: unknown): number {
  if (typeof value !== "number") throw new UnreadableRecord("the record lacks a number");
  return value;
}

export function flagIn(value: unknown): boolean {
  if (typeof value !== "boolean") throw new UnreadableRecord("the record lacks true or false");
  return value;
}

export function listIn<Item>(value: unknown, read: (item: unknown) => Item): readonly Item[] {
  if (!Array.isArray(value)) throw new UnreadableRecord("the record lacks a list");
  return value.map((item) => read(item));
}

export function textsIn(value: unknown): readonly string[] {
  return listIn(value, textIn);
}

/** A map, as the list of its pairs. */
export function mapIn<Item>(value: unknown, read: (item: unknown) => Item): ReadonlyMap<string, Item> {
  return new Map(
    listIn(value, (pair) => {
      const [key, item] = listIn(pair, (part) => part);
      return [textIn(key), read(item)] as const;
    }),
  );
}

export function optional<Item>(value: unknown, read: (item: unknown) => Item): Item | undefined {
  return value === undefined || value === null ? undefined : read(value);
}

export function oneOf<Name extends string>(value: unknown, names: readonly Name[]): Name {
  const name = names.find((each) => each === value);
  if (name === undefined) throw new UnreadableRecord(`the record lacks one of ${names.join(", ")}`);
  return name;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
