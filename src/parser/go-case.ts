/**
 * Lower case as Go's `strings.ToLower` has it: character by character, so that every character stays one. Bytes that
 * are not UTF-8 (lone surrogates) become U+FFFD as there.
 */
export function goLower(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : mapped(text, lowerOf);
}

/** Upper case as Go's `strings.ToUpper` has it. */
export function goUpper(text: string): string {
  return ascii.test(text) ? text.toUpperCase() : mapped(text, upperOf);
}

const ascii = /^[\x00-\x7f]*$/;

function mapped(text: string, mapping: (character: string) => string): string {
  let result = "";
  for (const character of text) result += isLoneSurrogate(character) ? "\ufffd" : mapping(character);
  return result;
}

function lowerOf(character: string): string {
  // The one character whose full lower case is longer than its simple one.
  return character === "\u0130" ? "i" : character.toLowerCase();
}

function upperOf(character: string): string {
  const upper = character.toUpperCase();
  // Full mappings such as "SS" for sharp s do not exist in Go's simple ones, which keep the character.
  return [...upper].length === 1 ? upper : character;
}

function isLoneSurrogate(character: string): boolean {
  const unit = character.charCodeAt(0);
  return character.length === 1 && unit >= 0xd800 && unit <= 0xdfff;
}
