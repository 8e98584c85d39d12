import { atBeginning, atEnd, endOfText, readAlternatives, type Step, slash } from "./path-steps.ts";

/** A regular expression over paths, matched in time linear in the path. */
export interface PathExpression {
  test(path: string): boolean;
  /** Whether it matches the path or any folder on the way to it: what stands before each of its slashes. */
  testWithFolders(path: string): boolean;
}

/**
 * Reads the part of Go's regular expressions that ignore patterns can give rise to: literals, classes, escapes, `.`,
 * the anchors, `X*`, `X{2,3}`, the optional group `(.*` + `/)?`, and alternatives of all these. Nothing there branches
 * back, so each alternative is a row of steps walked by all its states at once: no pattern, however many stars it has,
 * can make a path take long.
 * @throws SyntaxError with the reason, where Go refuses the expression.
 */
export function parsePathExpression(source: string): PathExpression {
  const expressions = readAlternatives(source).map((row) => expressionOf(anchored(row)));
  const [only] = expressions;
  if (expressions.length === 1 && only !== undefined) return only;
  return {
    test: (path) => expressions.some((expression) => expression.test(path)),
    testWithFolders: (path) => expressions.some((expression) => expression.testWithFolders(path)),
  };
}

/** A row that an anchor holds at neither end, or at one, may lie anywhere in the path. */
function anchored(row: readonly Step[]): readonly Step[] {
  const anything: Step = { kind: "many", set: () => true };
  return [...(row[0] === atBeginning ? [] : [anything]), ...row, ...(row.at(-1) === atEnd ? [] : [anything])];
}

function expressionOf(steps: readonly Step[]): PathExpression {
  const prefix = literalText(steps, steps[0]?.kind === "assert" ? 1 : 0, 1);
  const suffix = literalText(steps, steps.at(-1)?.kind === "assert" ? steps.length - 2 : steps.length - 1, -1);
  const walk = new Walk(steps);
  return {
    test: (path) => path.startsWith(prefix) && path.endsWith(suffix) && walk.run(path, false),
    testWithFolders: (path) => path.startsWith(prefix) && path.includes(suffix) && walk.run(path, true),
  };
}

/** The states of a walk, kept from one path to the next. A state is how many steps were taken. */
class Walk {
  readonly #steps: readonly Step[];
  #now: Uint8Array;
  #next: Uint8Array;
  readonly #atEnd: Uint8Array;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#now = new Uint8Array(steps.length + 1);
    this.#next = new Uint8Array(steps.length + 1);
    this.#atEnd = new Uint8Array(steps.length + 1);
  }

  run(path: string, folders: boolean): boolean {
    this.#now.fill(0);
    this.#now[0] = 1;
    let before = endOfText;
    for (let at = 0; ; ) {
      const char = path.codePointAt(at) ?? endOfText;
      if ((char === endOfText || (folders && char === slash)) && this.#accepts(before)) return true;
      if (char === endOfText) return false;
      this.#settle(this.#now, before, char);
      if (!this.#consume(char)) return false;
      before = char;
      at += char > 0xffff ? 2 : 1;
    }
  }

  /** Whether the text may end here. */
  #accepts(before: number): boolean {
    this.#atEnd.set(this.#now);
    this.#settle(this.#atEnd, before, endOfText);
    return this.#atEnd[this.#steps.length] === 1;
  }

  /** Takes the steps that consume nothing. They only lead forward, so one pass in order is enough. */
  #settle(states: Uint8Array, before: number, after: number): void {
    for (let index = 0; index < this.#steps.length; index++) {
      const step = this.#steps[index];
      if (states[index] === 0 || step === undefined) continue;
      if (step.kind === "many") states[index + 1] = 1;
      else if (step.kind === "option") states[index + 1] = states[index + 1 + step.length] = 1;
      else if (step.kind === "assert" && step.holds(before, after)) states[index + 1] = 1;
    }
  }

  /** Takes the steps that consume `char`; false if there are none. */
  #consume(char: number): boolean {
    let alive = false;
    this.#next.fill(0);
    for (let index = 0; index < this.#steps.length; index++) {
      const step = this.#steps[index];
      if (this.#now[index] === 0 || step === undefined) continue;
      if ((step.kind !== "one" && step.kind !== "many") || !step.set(char)) continue;
      this.#next[step.kind === "one" ? index + 1 : index] = 1;
      alive = true;
    }
    [this.#now, this.#next] = [this.#next, this.#now];
    return alive;
  }
}

/** The literal steps in a row from one end; checking them first turns most paths away without a walk. */
function literalText(steps: readonly Step[], from: number, direction: 1 | -1): string {
  let text = "";
  for (let index = from; ; index += direction) {
    const step = steps[index];
    if (step?.kind !== "one" || step.literal === undefined) return text;
    text = direction === 1 ? text + step.literal : step.literal + text;
  }
}
