/** A moment with the offset of the clock that wrote it, which Go keeps when it prints the moment again. */
export interface Timestamp {
  /** Nanoseconds since 1970-01-01 UTC; unbounded, as a build argument may name any 64-bit number of seconds. */
  readonly nanoseconds: bigint;
  /** Seconds east of UTC. */
  readonly offset: number;
  /** As it was read, where it would be written in just that way. */
  readonly text?: string | undefined;
}

const billion = 1_000_000_000n;

/** The moment that lies `seconds` after 1970 in UTC. */
export function timestampOfSeconds(seconds: bigint): Timestamp {
  return { nanoseconds: seconds * billion, offset: 0 };
}

/** Whole seconds since 1970, rounded down. */
export function secondsOf(timestamp: Timestamp): bigint {
  const seconds = timestamp.nanoseconds / billion;
  return timestamp.nanoseconds < 0n && seconds * billion !== timestamp.nanoseconds ? seconds - 1n : seconds;
}

/** RFC 3339 with as many digits of the second as needed, as Go writes times into JSON; undefined outside years 0–9999. */
export function formatTimestamp(timestamp: Timestamp): string | undefined {
  const { text: written } = timestamp;
  if (written !== undefined) return written;
  const seconds = secondsOf(timestamp);
  const fraction = timestamp.nanoseconds - seconds * billion;
  const local = seconds + BigInt(timestamp.offset);
  if (local < firstSecond || local > lastSecond) return undefined;
  const text = new Date(Number(local) * 1000).toISOString();
  const digits = fraction === 0n ? "" : `.${fraction.toString().padStart(9, "0").replace(/0+$/, "")}`;
  return `${text.slice(0, 19)}${digits}${formatOffset(timestamp.offset)}`;
}

/** Reads RFC 3339 strictly, as Go does; undefined for anything else. */
export function parseTimestamp(text: string): Timestamp | undefined {
  if (!rfc3339.test(text)) return undefined;
  const zoneAt = text.endsWith("Z") ? text.length - 1 : text.length - "+00:00".length;
  const day = Number(text.slice(8, 10));
  // Date accepts the 31st of every month, and rolls over to another day.
  if (day > daysOfAnyMonth && new Date(millisecondsOf(text)).getUTCDate() !== day) return undefined;
  const offset = parseOffset(text.slice(zoneAt));
  if (offset === undefined) return undefined;
  return new WrittenTimestamp(text, zoneAt, offset);
}

/** Most times are only written again: what they mean is found out when somebody asks. */
class WrittenTimestamp implements Timestamp {
  readonly offset: number;
  readonly #text: string;
  readonly #zoneAt: number;

  constructor(text: string, zoneAt: number, offset: number) {
    this.offset = offset;
    this.#text = text;
    this.#zoneAt = zoneAt;
  }

  get nanoseconds(): bigint {
    const fraction = this.#text.slice(secondsEnd + 1, Math.min(this.#zoneAt, secondsEnd + 1 + 9));
    const seconds = BigInt(millisecondsOf(this.#text) / 1000 - this.offset);
    return seconds * billion + BigInt(fraction.padEnd(9, "0"));
  }

  get text(): string | undefined {
    return isShortest(this.#text) ? this.#text : undefined;
  }
}

/** Whether a time is in UTC, with a fraction that no shorter one says, if any. */
function isShortest(text: string): boolean {
  if (!text.endsWith("Z")) return false;
  if (text.length === secondsEnd + 1) return true;
  return text[secondsEnd] === "." && text.length <= secondsEnd + 11 && text[text.length - 2] !== "0";
}

function millisecondsOf(text: string): number {
  return Date.parse(`${text.slice(0, secondsEnd)}Z`);
}

const firstSecond = BigInt(Date.parse("0000-01-01T00:00:00Z")) / 1000n;
const lastSecond = BigInt(Date.parse("9999-12-31T23:59:59Z")) / 1000n;
const rfc3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const daysOfAnyMonth = 28;
const secondsEnd = "2006-01-02T15:04:05".length;

function formatOffset(offset: number): string {
  if (offset === 0) return "Z";
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const text = `${String(Math.trunc(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  return `${offset < 0 ? "-" : "+"}${text}`;
}

function parseOffset(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  const seconds = hours * 3600 + minutes * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}
