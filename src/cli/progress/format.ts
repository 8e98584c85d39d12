/** `0.4s`, `12.0s`: the form that BuildKit users know. */
export function formatSeconds(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(1)}s`;
}

/** `512B`, `1.25kB`, `3.1MB`: decimal units, three significant digits. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))}${units[unit]}`;
}

// C0 and C1 controls and escape sequences of programs must not move the cursor of a drawing.
const controls =
  /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text that is safe to draw in a line of its own: no escape sequences, tabs as spaces. */
export function printable(text: string): string {
  return text.replace(controls, "").replaceAll("\t", "    ");
}
