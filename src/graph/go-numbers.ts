/** The spellings of truth that Go's `strconv.ParseBool` takes; undefined for any other text. */
export function parseBool(text: string): boolean | undefined {
  if (trueTexts.has(text)) return true;
  return falseTexts.has(text) ? false : undefined;
}

/** A decimal number as Go's `strconv.ParseInt` reads it into 64 bits: an optional sign and digits, no spaces. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

/** A decimal number as Go's `strconv.ParseUint` reads it into 64 bits: digits alone. */
export function parseUint64(text: string): bigint | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text);
  return BigInt.asUintN(64, number) === number ? number : undefined;
}

const trueTexts = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const falseTexts = new Set(["0", "f", "F", "FALSE", "false", "False"]);
