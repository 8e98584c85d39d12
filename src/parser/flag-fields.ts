import { csvFields } from "../csv-fields.ts";

/** The comma-separated fields of a flag such as `--mount`, or why there are none. */
export function flagFields(flag: string, value: string): readonly string[] | { readonly error: string } {
  if (/^(?:\r?\n)?$/.test(value)) return { error: `${flag} is empty` };
  const reason = 'quotes may only surround a whole field, and are written \\" so that the flag keeps them';
  return csvFields(value) ?? { error: `${flag}=${value} cannot be cut at its commas: ${reason}` };
}
