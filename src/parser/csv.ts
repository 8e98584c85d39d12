/** The fields of one line of CSV, as the values of `--mount` are written; or what is wrong with it. */
export function csvFields(text: string): readonly string[] | { readonly error: string } {
  const line = text.replace(/\r?\n$/, "");
  if (line === "") return { error: "it is empty" };
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      const field = quotedField(line, at);
      if (field === undefined) return { error: `the quote at character ${at + 1} has no end before a comma` };
      fields.push(field.value);
      at = field.end;
    } else {
      const comma = line.indexOf(",", at);
      const end = comma < 0 ? line.length : comma;
      const quote = line.indexOf('"', at);
      if (quote >= 0 && quote < end) return { error: `character ${quote + 1} is a quote inside an unquoted field` };
      fields.push(line.slice(at, end));
      at = end;
    }
    if (at >= line.length) return fields;
    at++;
  }
}

/** A quoted field that begins at `start`, where a doubled quote stands for one; it must end at a comma or the end. */
function quotedField(line: string, start: number): { readonly value: string; readonly end: number } | undefined {
  const parts: string[] = [];
  let at = start + 1;
  for (;;) {
    const quote = line.indexOf('"', at);
    if (quote < 0) return undefined;
    parts.push(line.slice(at, quote));
    at = quote + 1;
    if (line[at] !== '"') break;
    parts.push('"');
    at++;
  }
  return at === line.length || line[at] === "," ? { value: parts.join(""), end: at } : undefined;
}
