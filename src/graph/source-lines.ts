/** The lines of a source text as ranges count them: cut at line feeds alone, without byte order mark, line ends off. */
export function sourceLines(text: string): readonly string[] {
  return (text.startsWith("\ufeff") ? text.slice(1) : text)
    .split("\n")
    .map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}
