import { ownValue } from "../../own-value.ts";
import { UsageError } from "../usage-error.ts";

/**
 * The values of a flag that is used as `name=value`, by name; the last one wins. With an environment, a name alone
 * takes its value from there, and is left out where that has none, as docker does with build arguments.
 */
export function parseAssignments(
  flag: string,
  uses: readonly string[],
  environment?: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const values: Record<string, string> = Object.create(null);
  for (const use of uses) {
    const equals = use.indexOf("=");
    const name = equals === -1 ? use : use.slice(0, equals);
    if (name === "") throw new UsageError(`${flag} ${use}: there is no name before the =.`);
    if (equals !== -1) {
      values[name] = use.slice(equals + 1);
    } else if (environment === undefined) {
      values[name] = "";
    } else {
      const value = ownValue(environment, name);
      if (value !== undefined) values[name] = value;
    }
  }
  return values;
}
