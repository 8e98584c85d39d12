// As node:net tells them, which takes milliseconds to load at every start of the command line.

/** Whether the text is an IPv4 address: four numbers in dots, none with a zero in front. */
export function isIPv4(text: string): boolean {
  return dotted.test(text);
}

/** Whether the text is an IPv6 address in any of its forms, with or without a zone. */
export function isIPv6(text: string): boolean {
  const percent = text.indexOf("%");
  if (percent >= 0 && !zone.test(text.slice(percent + 1))) return false;
  const [front = "", back, ...more] = (percent < 0 ? text : text.slice(0, percent)).split("::");
  if (more.length > 0) return false;
  if (back === undefined) return countGroups(front, true) === 8;
  // What is left out stands for one group at least.
  const count = countGroups(front, false) + countGroups(back, true);
  return count <= 7;
}

export function isIP(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
}

const number = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const dotted = new RegExp(`^${number}(?:\\.${number}){3}$`);
const zone = /^[0-9a-zA-Z.:-]+$/;
const group = /^[0-9a-fA-F]{1,4}$/;

/** How many groups of 16 bits there are, an IPv4 address at the end being two; not a number where one is wrong. */
function countGroups(text: string, last: boolean): number {
  if (text === "") return 0;
  const parts = text.split(":");
  const end = parts.at(-1) ?? "";
  const endsInIPv4 = last && isIPv4(end);
  const groups = endsInIPv4 ? parts.slice(0, -1) : parts;
  if (!groups.every((part) => group.test(part))) return Number.NaN;
  return groups.length + (endsInIPv4 ? 2 : 0);
}
