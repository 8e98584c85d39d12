import { csvFields } from "../../csv-fields.ts";
import { UsageError } from "../usage-error.ts";

/** The fields of a flag that is used as `key=value,key=value`, in order; keys in lower case, as buildx reads them. */
export function parseKeyValues(flag: string, text: string): readonly (readonly [key: string, value: string])[] {
  return parseFields(flag, text).map((field) => {
    const equals = field.indexOf("=");
    if (equals === -1) {
      throw new UsageError(`${flag} ${text}: ${JSON.stringify(field)} is not of the form key=value.`);
    }
    return [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1)];
  });
}

/** The comma-separated fields of a flag; one with a comma in it stands in double quotes. */
export function parseFields(flag: string, text: string): readonly string[] {
  const fields = csvFields(text);
  if (fields === undefined) throw new UsageError(`${flag} ${text}: a double quote is not closed.`);
  return fields;
}

/** What Go's programs take for true and false; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}
