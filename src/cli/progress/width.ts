import stringWidth from "string-width";

/** The text cut to at most `width` terminal columns, with an ellipsis where something is missing. */
export function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let columns = 0;
  let cut = "";
  for (const character of text) {
    columns += stringWidth(character);
    if (columns > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

/** The text filled up with spaces to `width` terminal columns. */
export function padToWidth(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}
