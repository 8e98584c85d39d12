import { InvalidDockerfile } from "../invalid-dockerfile.ts";

/**
 * The value of `--chmod` as an op has it: bits of an octal number up to 07777, or a symbolic mode (`u=rwX,go-w`) as it
 * stands, checked for its grammar. Undefined for the empty text.
 * @throws InvalidDockerfile for what is neither.
 */
export function parseChmod(text: string): number | string | undefined {
  if (text === "") return undefined;
  if (/^[0-7]+$/.test(text)) {
    const bits = Number.parseInt(text, 8);
    if (bits <= 0o7777) return bits;
  } else if (isSymbolicMode(text)) {
    return text;
  }
  throw new InvalidDockerfile(
    "chmod",
    /^[0-9]/.test(text)
      ? `--chmod=${text}: invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`
      : `--chmod=${text} is neither an octal number such as 755 nor a symbolic mode such as u=rwX,go=rX`,
  );
}

/** Clauses with commas between, each: whom it is about, then one or more operators with permissions or classes. */
function isSymbolicMode(text: string): boolean {
  return /^[augo]*(?:[-+=][rstwXxugo]*)+(?:,[augo]*(?:[-+=][rstwXxugo]*)+)*$/.test(text);
}
