/**
 * The fields of one line of comma-separated values as flags carry them: a field may be in double quotes, in which a
 * doubled quote stands for one; one newline may end the line. Returns undefined where a quote is not closed or stands in the middle of a bare field.
 */
export function csvFields(text: string): string[] | undefined {
  const line = text.replace(/\r?\n$/, "");
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let field = "";
      for (;;) {
        const quote = line.indexOf('"', at + 1);
        if (quote === -1) return undefined;
        field += line.slice(at + 1, quote);
        at = quote + 1;
        if (line[at] !== '"') break;
        field += '"';
      }
      fields.push(field);
      if (at === line.length) return fields;
      if (line[at] !== ",") return undefined;
      at++;
    } else {
      const comma = line.indexOf(",", at);
      const field = comma === -1 ? line.slice(at) : line.slice(at, comma);
      if (field.includes('"')) return undefined;
      fields.push(field);
      if (comma === -1) return fields;
      at = comma + 1;
    }
  }
}
