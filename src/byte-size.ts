/** `512B`, `1.25kB`, `3.1MB`: decimal units, three significant digits or as many as asked. */
export function formatBytes(bytes: number, digits = 3): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(digits))}${units[unit]}`;
}
