/**
 * The alternatives of an expression over paths, each as a row of steps.
 * @throws SyntaxError with the reason, where Go refuses the expression.
 */
export function readAlternatives(source: string): readonly (readonly Step[])[] {
  return new Reader(source).alternatives();
}

/** Stands for the character before the first and after the last one. */
export const endOfText = -1;
export const slash = 47;

/** A set of code points. */
type CharSet = (char: number) => boolean;

/** What one step of an expression does. */
export type Step =
  | { readonly kind: "one"; readonly set: CharSet; readonly literal: string | undefined }
  | { readonly kind: "many"; readonly set: CharSet }
  /** The next `length` steps, or none of them. */
  | { readonly kind: "option"; readonly length: number }
  /** Holds between two characters, `endOfText` where there is none. */
  | { readonly kind: "assert"; readonly holds: (before: number, after: number) => boolean };

const FOLDERS = "(.*/)?";
const notNewline: CharSet = (char) => char !== 10;
const digit: CharSet = (char) => char >= 48 && char <= 57;
const lower: CharSet = (char) => char >= 97 && char <= 122;
const upper: CharSet = (char) => char >= 65 && char <= 90;
const alpha: CharSet = (char) => lower(char) || upper(char);
const alnum: CharSet = (char) => alpha(char) || digit(char);
const word: CharSet = (char) => alnum(char) || char === 95;
const perlSpace: CharSet = (char) => char === 32 || char === 9 || char === 10 || char === 12 || char === 13;

const namedClasses: ReadonlyMap<string, CharSet> = new Map<string, CharSet>([
  ["alnum", alnum],
  ["alpha", alpha],
  ["ascii", (char) => char <= 0x7f],
  ["blank", (char) => char === 9 || char === 32],
  ["cntrl", (char) => char <= 0x1f || char === 0x7f],
  ["digit", digit],
  ["graph", (char) => char > 32 && char < 127],
  ["lower", lower],
  ["print", (char) => char >= 32 && char < 127],
  ["punct", (char) => char > 32 && char < 127 && !alnum(char)],
  ["space", (char) => char === 32 || (char >= 9 && char <= 13)],
  ["upper", upper],
  ["word", word],
  ["xdigit", (char) => digit(char) || (char >= 65 && char <= 70) || (char >= 97 && char <= 102)],
]);

const controlEscapes: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
]);

const not =
  (set: CharSet): CharSet =>
  (char) =>
    !set(char);
const single = (char: number): Step => ({
  kind: "one",
  set: (other) => other === char,
  literal: String.fromCodePoint(char),
});
const asserting = (holds: (before: number, after: number) => boolean): Step => ({ kind: "assert", holds });
/** `^` */
export const atBeginning = asserting((before) => before === endOfText);
/** `$` */
export const atEnd = asserting((_, after) => after === endOfText);
const atWordBoundary = (before: number, after: number) => word(before) !== word(after);

interface Repetition {
  readonly min: number;
  /** Undefined: without end. */
  readonly max: number | undefined;
}

const repetition = /\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/y;
// The limits of Go.
const mostRepeats = 1000;
const mostSteps = 3_355_443;

function repeat(step: Step, { min, max }: Repetition): readonly Step[] {
  // Asking twice whether a place is the beginning tells nothing new.
  if (step.kind !== "one") return min === 0 ? [] : [step];
  const steps: Step[] = Array.from({ length: min }, () => step);
  if (max === undefined) steps.push({ kind: "many", set: step.set });
  // It may be left out: it is no text that must be there.
  const optional: Step = { ...step, literal: undefined };
  for (let count = min; max !== undefined && count < max; count++) steps.push({ kind: "option", length: 1 }, optional);
  return steps;
}

class Reader {
  readonly #source: string;
  #at = 0;
  /** Steps that repetitions have made. */
  #count = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** The steps of each alternative. */
  alternatives(): readonly (readonly Step[])[] {
    const rows: Step[][] = [];
    do rows.push(this.#row());
    while (this.#eat("|"));
    return rows;
  }

  #row(): Step[] {
    const row: Step[] = [];
    /** Whether the last of the row is a repetition already. */
    let repeated = false;
    while (this.#at < this.#source.length && this.#source[this.#at] !== "|") {
      const counts = this.#repetition();
      if (counts !== undefined) {
        const last = row.pop();
        if (last === undefined || repeated) throw new SyntaxError("a repetition has nothing to repeat");
        for (const step of repeat(last, counts)) row.push(step);
        this.#count += counts.max ?? counts.min;
        if (this.#count > mostSteps) throw new SyntaxError("the repetitions are too many");
        repeated = true;
      } else if (this.#eat(FOLDERS)) {
        // The slash may be left out with its group: it is no text that must be there.
        const end: Step = { kind: "one", set: (char) => char === slash, literal: undefined };
        row.push({ kind: "option", length: 2 }, { kind: "many", set: notNewline }, end);
        repeated = true;
      } else if (this.#eat("\\Q")) {
        row.push(...this.#quoted());
        repeated = false;
      } else {
        const step = this.#step();
        repeated = this.#eat("*");
        row.push(repeated && step.kind === "one" ? { kind: "many", set: step.set } : step);
      }
    }
    return row;
  }

  /** `{2}`, `{2,}` or `{2,3}`; braces around anything else are plain characters. */
  #repetition(): Repetition | undefined {
    if (this.#source[this.#at] !== "{") return undefined;
    repetition.lastIndex = this.#at;
    const found = repetition.exec(this.#source);
    if (found === null) return undefined;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === undefined ? undefined : Number(found[3]);
    if (min > mostRepeats || (max !== undefined && (max > mostRepeats || max < min))) {
      throw new SyntaxError(`the repetition ${found[0]} is not possible`);
    }
    this.#at += found[0].length;
    return { min, max };
  }

  #step(): Step {
    if (this.#eat("^") || this.#eat("\\A")) return atBeginning;
    if (this.#eat("$") || this.#eat("\\z")) return atEnd;
    if (this.#eat("\\b")) return asserting(atWordBoundary);
    if (this.#eat("\\B")) return asserting((before, after) => !atWordBoundary(before, after));
    if (this.#eat(".")) return { kind: "one", set: notNewline, literal: undefined };
    if (this.#eat("[")) return { kind: "one", set: this.#class(), literal: undefined };
    const set = this.#escapedSet();
    return set === undefined ? single(this.#character()) : { kind: "one", set, literal: undefined };
  }

  #quoted(): Step[] {
    const end = this.#source.indexOf("\\E", this.#at);
    const text = this.#source.slice(this.#at, end === -1 ? undefined : end);
    this.#at = end === -1 ? this.#source.length : end + 2;
    return [...text].map((char) => single(char.codePointAt(0) ?? 0));
  }

  #class(): CharSet {
    const negated = this.#eat("^");
    const sets: CharSet[] = [];
    while (sets.length === 0 || !this.#eat("]")) sets.push(this.#namedSet() ?? this.#escapedSet() ?? this.#range());
    const any: CharSet = (char) => sets.some((set) => set(char));
    return negated ? not(any) : any;
  }

  /** `[:alpha:]`; a colon that is never closed makes it plain characters. */
  #namedSet(): CharSet | undefined {
    if (!this.#source.startsWith("[:", this.#at)) return undefined;
    const end = this.#source.indexOf(":]", this.#at + 2);
    if (end === -1) return undefined;
    const written = this.#source.slice(this.#at + 2, end);
    const negated = written.startsWith("^");
    const set = namedClasses.get(negated ? written.slice(1) : written);
    if (set === undefined) throw new SyntaxError(`there is no character class called ${written}`);
    this.#at = end + 2;
    return negated ? not(set) : set;
  }

  /** `\d` and its kin, and `\pL` with a one-letter Unicode category. */
  #escapedSet(): CharSet | undefined {
    if (this.#eat("\\d")) return digit;
    if (this.#eat("\\D")) return not(digit);
    if (this.#eat("\\s")) return perlSpace;
    if (this.#eat("\\S")) return not(perlSpace);
    if (this.#eat("\\w")) return word;
    if (this.#eat("\\W")) return not(word);
    const negated = this.#source.startsWith("\\P", this.#at);
    if (!negated && !this.#source.startsWith("\\p", this.#at)) return undefined;
    const category = this.#source[this.#at + 2] ?? "";
    if (category === "" || !"CLMNPSZ".includes(category)) {
      throw new SyntaxError(`there is no character category called ${category}`);
    }
    this.#at += 3;
    const expression = new RegExp(`\\p{${category}}`, "u");
    return (char) => expression.test(String.fromCodePoint(char)) !== negated;
  }

  #range(): CharSet {
    const low = this.#character();
    let high = low;
    if (this.#source[this.#at] === "-" && this.#at + 1 < this.#source.length && this.#source[this.#at + 1] !== "]") {
      this.#at++;
      high = this.#character();
      if (high < low) throw new SyntaxError("a range between brackets runs backwards");
    }
    return (char) => low <= char && char <= high;
  }

  #character(): number {
    const char = this.#source.codePointAt(this.#at);
    if (char === undefined) throw new SyntaxError("the bracket is never closed");
    this.#at += char > 0xffff ? 2 : 1;
    return char === 92 ? this.#escaped() : char;
  }

  #escaped(): number {
    const char = this.#source.codePointAt(this.#at);
    if (char === undefined) throw new SyntaxError("nothing follows the backslash");
    this.#at += char > 0xffff ? 2 : 1;
    if (char < 0x80 && !alnum(char)) return char;
    const letter = String.fromCodePoint(char);
    const control = controlEscapes.get(letter);
    if (control !== undefined) return control;
    const code =
      letter === "x"
        ? this.#number(/[0-9A-Fa-f]{2}/y, 16)
        : this.#number(letter === "0" ? /[0-7]{0,2}/y : /[0-7]{1,2}/y, 8, letter);
    if (code === undefined) throw new SyntaxError(`\\${letter} means nothing`);
    return code;
  }

  /** A number in digits that `digits` describes, `first` standing before them. */
  #number(digits: RegExp, radix: number, first = ""): number | undefined {
    if (radix === 8 && !/^[0-7]$/.test(first)) return undefined;
    digits.lastIndex = this.#at;
    const found = digits.exec(this.#source)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return Number.parseInt(first + found, radix);
  }

  #eat(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}
