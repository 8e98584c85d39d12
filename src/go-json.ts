/**
 * A JSON string as Go's `encoding/json` writes it: also `<`, `>`, `&`, U+2028 and U+2029 are escaped. A lone surrogate,
 * which no UTF-8 text holds, becomes `\ufffd`, as bytes that are no UTF-8 do in Go.
 */
export function goJsonString(text: string): string {
  if (!special.test(text)) return `"${text}"`;
  return `"${text.replace(specials, escapeCharacter)}"`;
}

const special = /["\\<>&\u0000-\u001f\u2028\u2029\ud800-\udfff]/;
const specials = /["\\<>&\u0000-\u001f\u2028\u2029]|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;
const shortEscapes = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function escapeCharacter(character: string): string {
  if (character.length === 2) return character;
  const code = character.charCodeAt(0);
  if (code >= 0xd800 && code <= 0xdfff) return "\\ufffd";
  return shortEscapes.get(character) ?? `\\u${code.toString(16).padStart(4, "0")}`;
}

/** An object as `encoding/json` writes a struct: fields in the order given, without those that are undefined. */
export function goJsonObject(fields: readonly (readonly [name: string, json: string | undefined])[]): string {
  const given = fields.flatMap(([name, json]) => (json === undefined ? [] : [`"${name}":${json}`]));
  return `{${given.join(",")}}`;
}

/** A list with the option `omitempty`: undefined where it holds nothing. */
export function goJsonList<Item>(items: readonly Item[], json: (item: Item) => string): string | undefined {
  return items.length === 0 ? undefined : `[${items.map((item) => json(item)).join(",")}]`;
}
