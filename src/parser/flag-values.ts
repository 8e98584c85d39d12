import { didYouMean } from "../suggest.ts";
import { goLower } from "./go-case.ts";
import { type Problem, problem } from "./problem.ts";

/** What an instruction's flags may be; those of `lists` may be repeated. */
export interface FlagTable {
  readonly texts?: readonly string[];
  readonly switches?: readonly string[];
  readonly lists?: readonly string[];
}

/** The flags of one instruction by name. */
export class FlagValues {
  readonly #values = new Map<string, string | boolean | string[]>();

  /** The names of the flags given, each once, in the order of first use. */
  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  text(name: string, absent = ""): string {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : absent;
  }

  /** The value of a switch; undefined where it is not given. */
  switch(name: string): boolean | undefined {
    const value = this.#values.get(name);
    return typeof value === "boolean" ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#values.get(name);
    return typeof value === "object" ? value : noValues;
  }

  /** Takes one flag as written; returns what is wrong with it. */
  add(table: FlagTable, keyword: string, flag: string): Problem | undefined {
    const equals = flag.indexOf("=");
    const written = equals < 0 ? flag : flag.slice(0, equals);
    const name = written.slice(2);
    const value = equals < 0 ? undefined : flag.slice(equals + 1);
    const known = this.#values.get(name);
    if (table.lists?.includes(name) === true) {
      if (value === undefined) return missingValue(written);
      if (typeof known === "object") known.push(value);
      else this.#values.set(name, [value]);
      return undefined;
    }
    const isText = table.texts?.includes(name) === true;
    if (!isText && table.switches?.includes(name) !== true) return unknownFlag(table, keyword, written, name);
    if (known !== undefined) return problem("flag-repeated", `${written} may stand only once`, written);
    return isText ? this.#addText(name, written, value) : this.#addSwitch(name, written, value);
  }

  #addText(name: string, written: string, value: string | undefined): Problem | undefined {
    if (value === undefined) return missingValue(written);
    this.#values.set(name, value);
    return undefined;
  }

  #addSwitch(name: string, written: string, value: string | undefined): Problem | undefined {
    if (value === "") return missingValue(written);
    const lower = value === undefined ? "true" : goLower(value);
    if (lower !== "true" && lower !== "false") {
      return problem("flag-value", `${written} is true or false, not "${value}"`, `${written}=${value}`);
    }
    this.#values.set(name, lower === "true");
    return undefined;
  }
}

/** Reads the flags of an instruction, or gives the first thing wrong with them. */
export function readFlags(flags: readonly string[], table: FlagTable, keyword: string): FlagValues | Problem {
  if (flags.length === 0) return noFlags;
  const values = new FlagValues();
  for (const flag of flags) {
    const wrong = values.add(table, keyword, flag);
    if (wrong !== undefined) return wrong;
  }
  return values;
}

/** The problem of an instruction that takes no flags but has one. */
export function refuseFlags(flags: readonly string[], keyword: string): Problem | undefined {
  const [first] = flags;
  return first === undefined ? undefined : new FlagValues().add({}, keyword, first);
}

const noFlags = new FlagValues();
const noValues: readonly string[] = [];

function unknownFlag(table: FlagTable, keyword: string, written: string, name: string): Problem {
  const known = [...(table.texts ?? []), ...(table.switches ?? []), ...(table.lists ?? [])];
  const message =
    known.length === 0
      ? `${keyword} takes no flags, but ${written} is one; write "--" before arguments that begin with dashes`
      : `unknown flag: ${written} of ${keyword}${didYouMean(name, known)}`;
  return problem("unknown-flag", message, written);
}

function missingValue(written: string): Problem {
  return problem("flag-value-missing", `${written} needs a value: ${written}=<value>`, written);
}
