/** Whether a name has a character that `filepath.Match` does not take for itself. */
export function hasWildcard(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const char = name[at];
    if (char === "\\") at++;
    else if (char === "*" || char === "?" || char === "[") return true;
  }
  return false;
}

/**
 * A pattern of Go's `filepath.Match` for one name of a path: `*`, `?`, `[a-z]`, `[^a-z]` and backslashes.
 * @returns undefined when its syntax is broken: such a pattern matches nothing.
 */
export function compileGlob(pattern: string): ((name: string) => boolean) | undefined {
  const steps = parse([...pattern]);
  return steps === undefined ? undefined : (name) => run(steps, [...name]);
}

/** One character that must pass, or any number of any. */
type Step = "any" | ((char: string) => boolean);

/** Only the last star met needs to be tried again, so the time is the product of both lengths at most. */
function run(steps: readonly Step[], chars: readonly string[]): boolean {
  let step = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < chars.length) {
    const test = steps[step];
    const char = chars[at] ?? "";
    if (test === "any") {
      star = step++;
      starAt = at;
    } else if (test?.(char) === true) {
      step++;
      at++;
    } else if (star !== -1) {
      step = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (steps[step] === "any") step++;
  return step === steps.length;
}

function parse(chars: readonly string[]): readonly Step[] | undefined {
  const steps: Step[] = [];
  let at = 0;
  while (at < chars.length) {
    const char = chars[at++];
    if (char === "*") {
      steps.push("any");
    } else if (char === "?") {
      steps.push(() => true);
    } else if (char === "[") {
      const set = parseClass(chars, at);
      if (set === undefined) return undefined;
      steps.push(set.test);
      at = set.end;
    } else {
      const literal = char === "\\" ? chars[at++] : char;
      if (literal === undefined) return undefined;
      steps.push((other) => other === literal);
    }
  }
  return steps;
}

interface CharacterClass {
  readonly test: (char: string) => boolean;
  readonly end: number;
}

/** What stands between brackets; a bracket right at the start is no member, and a class has one member at least. */
function parseClass(chars: readonly string[], start: number): CharacterClass | undefined {
  let at = start;
  const negated = chars[at] === "^";
  if (negated) at++;
  const ranges: { readonly low: number; readonly high: number }[] = [];
  const member = (): number | undefined => {
    let char = chars[at++];
    if (char === "-" || char === "]") return undefined;
    if (char === "\\") char = chars[at++];
    return at < chars.length ? char?.codePointAt(0) : undefined;
  };
  while (ranges.length === 0 || chars[at] !== "]") {
    const low = member();
    if (low === undefined) return undefined;
    let high: number | undefined = low;
    if (chars[at] === "-") {
      at++;
      high = member();
      if (high === undefined) return undefined;
    }
    ranges.push({ low, high });
  }
  const test = (char: string) => {
    const code = char.codePointAt(0) ?? 0;
    return ranges.some(({ low, high }) => low <= code && code <= high) !== negated;
  };
  return { test, end: at + 1 };
}
