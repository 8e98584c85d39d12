/** What a record of the caller holds under a name, which may be any text: `constructor` and `__proto__` are no traps. */
export function ownValue<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
