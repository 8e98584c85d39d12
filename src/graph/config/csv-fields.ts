/**
 * The fields of one line of CSV, as BuildKit reads lists in options: a field in double quotes may hold commas, and
 * quotes written twice. Undefined for an empty line and for quotes in wrong places.
 */
export function csvFields(line: string): readonly string[] | undefined {
  let rest = line.replace(/\r?\n$/, "");
  if (rest === "") return undefined;
  const fields: string[] = [];
  for (;;) {
    const quoted = rest.startsWith('"');
    const match = (quoted ? quotedField : plainField).exec(rest);
    if (match === null) return undefined;
    const field = match[1] ?? "";
    fields.push(quoted ? field.replaceAll('""', '"') : field);
    if (match[0].length === rest.length && !match[0].endsWith(",")) return fields;
    rest = rest.slice(match[0].length);
    if (rest === "") return [...fields, ""];
  }
}

const quotedField = /^"((?:[^"]|"")*)"(?:,|$)/;
const plainField = /^([^",]*)(?:,|$)/;
