import { csvFields } from "../csv-fields.ts";

/** The comma-separated fields of a flag such as `--mount`, or why there are none. One newline may end them. */
export function flagFields(flag: string, value: string): readonly string[] | { readonly error: string } {
  const line = value.replace(/\r?\n$/, "");
  if (line === "") return { error: `${flag} is empty` };
  const reason = 'quotes may only surround a whole field, and are written \\" so that the flag keeps them';
  return csvFields(line) ?? { error: `${flag}=${value} cannot be cut at its commas: ${reason}` };
}
