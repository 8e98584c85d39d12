import { didYouMean } from "../suggest.ts";
import { flagFields } from "./flag-fields.ts";
import { goLower } from "./go-case.ts";
import { parseBool } from "./go-number.ts";
import type { Device } from "./instruction.ts";

/** Reads the value of a `--device`: a name such as `vendor.com/class=device`, and whether it is required. */
export function parseDevice(flag: string): Device | { readonly error: string } {
  const fields = flagFields("--device", flag);
  if ("error" in fields) return fields;
  let name = "";
  let required = false;
  for (const field of fields) {
    const equals = field.indexOf("=");
    const key = goLower(equals < 0 ? field : field.slice(0, equals));
    const value = equals < 0 ? undefined : field.slice(equals + 1);
    if (key === "required") {
      const flagged = value === undefined ? true : parseBool(value);
      if (flagged === undefined) return { error: `required=${value} is neither true nor false` };
      required = flagged;
    } else if (key === "name" && value !== undefined) {
      if (name !== "") return { error: `the device already has the name ${name}` };
      name = value;
    } else if (name === "") name = field;
    else if (value === undefined) return { error: `"${field}" in --device needs a value: ${field}=<value>` };
    else return { error: `"${field}" in --device: there is no key "${key}"${didYouMean(key, ["name", "required"])}` };
  }
  return { name, required };
}
