import { goLower } from "./go-case.ts";

/** Go's `strconv.ParseBool`. */
export function parseBool(text: string): boolean | undefined {
  switch (text) {
    case "1":
    case "t":
    case "T":
    case "true":
    case "TRUE":
    case "True":
      return true;
    case "0":
    case "f":
    case "F":
    case "false":
    case "FALSE":
    case "False":
      return false;
    default:
      return undefined;
  }
}

/** An unsigned number of at most 32 bits in digits of the base, without a sign. */
export function parseUint32(text: string, base: 8 | 10): number | undefined {
  if (!(base === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(text)) return undefined;
  const value = Number.parseInt(text, base);
  return value <= 0xffff_ffff ? value : undefined;
}

/** A signed decimal number of at most 32 bits. */
export function parseInt32(text: string): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= -0x8000_0000 && value <= 0x7fff_ffff ? value + 0 : undefined;
}

/**
 * Go's `strconv.ParseFloat` for 64 bits: decimal and hexadecimal, `inf` and `nan`, underscores between digits.
 * Undefined for anything else and for numbers out of range.
 */
function parseFloat64(text: string): number | undefined {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() === "nan") return Number.NaN;
    return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (text.includes("_") && !underscoresSeparateDigits(text)) return undefined;
  const digits = text.replaceAll("_", "");
  const value = /^[+-]?0x/i.test(digits) ? hexadecimal(digits) : decimal(digits);
  return value === undefined || !Number.isFinite(value) ? undefined : value;
}

function decimal(text: string): number | undefined {
  return /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(text) ? Number(text) : undefined;
}

/** A mantissa with a binary exponent: `0x1.8p3`. */
function hexadecimal(text: string): number | undefined {
  const match = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?[0-9]+)$/i.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent] = match;
  if (whole + fraction === "") return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === "-" ? -value : value;
}

function underscoresSeparateDigits(text: string): boolean {
  const unsigned = text.replace(/^[+-]/, "");
  const prefix = /^0[box]/i.exec(unsigned);
  const digit = prefix?.[0].toLowerCase() === "0x" ? "[0-9a-f]" : "[0-9]";
  const body = prefix === null ? unsigned : `0${unsigned.slice(2)}`;
  return !new RegExp(`(?<!${digit})_|_(?!${digit})`, "i").test(body);
}

const unitFactors = new Map([
  ["k", 1024],
  ["m", 1024 ** 2],
  ["g", 1024 ** 3],
  ["t", 1024 ** 4],
  ["p", 1024 ** 5],
]);

/**
 * An amount of memory in bytes, such as `64m`, `1.5GiB` or `10 kb`; undefined if it is none. An amount beyond 64 bits
 * is the least 64-bit number, as BuildKit's conversion gives it.
 */
export function parseMemory(text: string): number | undefined {
  let last = text.length - 1;
  while (last >= 0 && !"0123456789. ".includes(text[last] ?? "")) last--;
  if (last < 0) return undefined;
  const size = parseFloat64(text.slice(0, text[last] === " " ? last : last + 1));
  if (size === undefined || size < 0) return undefined;
  const suffix = text.slice(last + 1);
  if (suffix === "") return toInt64(size);
  if (Buffer.byteLength(suffix, "utf8") > 3) return undefined;
  const unit = goLower(suffix);
  if (unit === "b") return toInt64(size);
  const factor = unitFactors.get(unit[0] ?? "");
  if (factor === undefined || !["", "b", "ib"].includes(unit.slice(1))) return undefined;
  return toInt64(size * factor);
}

function toInt64(value: number): number {
  return value < 2 ** 63 ? Math.trunc(value) + 0 : -(2 ** 63);
}

const nanosecondsPer = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n],
  ["\u03bcs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const longest = (1n << 63n) - 1n;

/** Go's `time.ParseDuration`, in nanoseconds: `1h30m`, `1.5s`, `0`; undefined if it is none or beyond 64 bits. */
export function parseDuration(text: string): bigint | undefined {
  const [, sign, body = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (body === "0") return 0n;
  if (body === "") return undefined;
  const terms = /([0-9]*)(?:\.([0-9]*))?([^.0-9]+)/gy;
  let total = 0n;
  let read = 0;
  for (let term = terms.exec(body); term !== null; term = terms.exec(body)) {
    const [whole, integer = "", fraction = "", unit = ""] = term;
    const factor = nanosecondsPer.get(unit);
    if (factor === undefined || integer + fraction === "") return undefined;
    total += BigInt(integer === "" ? "0" : integer) * factor + fractionOf(fraction, factor);
    if (total > longest + 1n) return undefined;
    read += whole.length;
  }
  if (read !== body.length) return undefined;
  if (sign === "-") return -total;
  return total > longest ? undefined : total;
}

/** Computed with the doubles that Go computes with, so that the rounding is the same. */
function fractionOf(digits: string, factor: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (value > longest / 10n || next > longest + 1n) break;
    value = next;
    scale *= 10;
  }
  if (value === 0n) return 0n;
  return BigInt(Math.trunc(Number(value) * (Number(factor) / scale)));
}
