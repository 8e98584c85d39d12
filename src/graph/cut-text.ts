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

/** Lines of words for a terminal of so many columns: what is longer goes on in the next, behind an indent. */
export function wrapLines(text: string, columns: number | undefined, indent = "  "): string {
  if (columns === undefined) return text;
  return text
    .split("\n")
    .map((line) => wrapLine(line, columns, indent))
    .join("\n");
}

function wrapLine(line: string, columns: number, indent: string): string {
  const [first = "", ...rest] = line.trimStart().split(" ");
  const lines = [line.slice(0, line.length - line.trimStart().length) + first];
  for (const word of rest) {
    const last = lines.at(-1) ?? "";
    if (last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines.join("\n");
}
