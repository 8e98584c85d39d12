/**
 * Where the variable name that begins at `start` ends: letters, digits and `_`; or digits alone if the first is one;
 * or one of the shell's special parameters. Equal to `start` where there is no name.
 */
export function nameEnd(text: string, start: number): number {
  const first = text.codePointAt(start);
  if (first === undefined) return start;
  if (isDigit(first)) return runEnd(text, start, isDigit);
  if (first < 0x80 && specialParameters.includes(String.fromCharCode(first))) return start + 1;
  return runEnd(text, start, isNamePart);
}

const specialParameters = "@*#?-$!0";

function runEnd(text: string, start: number, belongs: (code: number) => boolean): number {
  let at = start;
  for (;;) {
    const code = text.codePointAt(at);
    if (code === undefined || !belongs(code)) return at;
    at += code > 0xffff ? 2 : 1;
  }
}

function isDigit(code: number): boolean {
  return code < 0x80 ? code >= 0x30 && code <= 0x39 : /^\p{Nd}/u.test(String.fromCodePoint(code));
}

function isNamePart(code: number): boolean {
  if (code >= 0x80) return /^[\p{L}\p{Nd}]/u.test(String.fromCodePoint(code));
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || isDigit(code);
}
