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

/** Lines of words for a terminal of so many columns: what is longer goes on in the next, a little further in. */
export function wrapLines(text: string, columns: number): string {
  return text
    .split("\n")
    .map((line) => {
      const lines = [""];
      for (const word of line.split(" ")) {
        const last = lines.at(-1) ?? "";
        if (last === "") lines[lines.length - 1] = word;
        else if (last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(`  ${word}`);
      }
      return lines.join("\n");
    })
    .join("\n");
}
