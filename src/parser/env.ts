/**
 * The variables that a word is expanded with. `keys` lists the names in declaration order, repeats included; they
 * serve suggestions only.
 */
export interface Env {
  get(name: string): string | undefined;
  keys(): Iterable<string>;
}

/** An `Env` over a map. */
export function envOf(variables: ReadonlyMap<string, string>): Env {
  return { get: (name) => variables.get(name), keys: () => variables.keys() };
}

/** An `Env` over `NAME=value` texts, of which the last of a name counts; one without `=` has an empty value. */
export function envOfPairs(pairs: readonly string[]): Env {
  const variables = new Map<string, string>();
  const names: string[] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    names.push(name);
    variables.set(name, equals < 0 ? "" : pair.slice(equals + 1));
  }
  return { get: (name) => variables.get(name), keys: () => names };
}

/** The `Env` without variables. */
export const emptyEnv: Env = { get: () => undefined, keys: () => [] };
