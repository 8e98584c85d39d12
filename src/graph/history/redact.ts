/** A hash that cannot be turned back by trying values out, but for whoever has its key. */
export type HashText = (text: string) => string;

/**
 * Clears texts of what may be secret: the values of build arguments, for which `$NAME` is put in, `secrets`, for which
 * `***` is, and credentials and queries of addresses. A value of fewer than four characters is no secret and stays, since
 * it would be found everywhere.
 */
export function redacter(
  buildArgs: Readonly<Record<string, string>>,
  secrets: readonly string[] = [],
): (text: string) => string {
  const values = [
    ...Object.entries(buildArgs).map(([name, value]) => [`$${name}`, value] as const),
    ...secrets.map((value) => ["***", value] as const),
  ]
    .filter(([, value]) => value.length >= shortest)
    // Of two values of which one holds the other, the longer one is looked for first.
    .sort(([, a], [, b]) => b.length - a.length);
  return (text) => {
    let cleared = text;
    for (const [instead, value] of values) cleared = cleared.replaceAll(value, () => instead);
    return clearAddresses(cleared);
  };
}

/** Clears a text of the credentials and queries of addresses. */
export function clearAddresses(text: string): string {
  return text.replace(credentials, "$1").replace(queries, "$1");
}

const shortest = 4;
const credentials = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const queries = /(\bhttps?:\/\/[^\s?#]+)\?[^\s#]*/gi;
