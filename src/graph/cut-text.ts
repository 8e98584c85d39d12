/** A text of at most so many characters: what is longer ends with `…`. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, Math.max(0, most - 1)).join("")}…`;
}

/** Lines for a terminal of so many columns, each cut where it ends; as they are where that is not known. */
export function cutLines(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  return text
    .split("\n")
    .map((line) => cutText(line, columns))
    .join("\n");
}
