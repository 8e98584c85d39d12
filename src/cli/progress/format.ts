/** `0.4s`, `12.0s`: the form that BuildKit users know. */
export function formatSeconds(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(1)}s`;
}

// C0 and C1 controls and escape sequences of programs must not move the cursor of a drawing.
const controls =
  /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text that is safe to draw in a line of its own: no escape sequences, tabs as spaces. */
export function printable(text: string): string {
  return text.replace(controls, "").replaceAll("\t", "    ");
}

/** `Less than a second`, `5 seconds`, `About an hour`, `3 days`: a span of time in docker's words. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.round(seconds / 3600);
  if (seconds < 1) return "Less than a second";
  if (seconds === 1) return "1 second";
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return "About a minute";
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return "About an hour";
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(seconds / 3600 / 24 / 365)} years`;
}

/** Words in lines of at most `columns`, each indented by two spaces. */
export function wrapped(words: readonly string[], columns: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + word.length + 3 > columns) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? `  ${word}` : ` ${word}`;
  }
  return [...lines, line].map((each) => `${each}\n`).join("");
}
