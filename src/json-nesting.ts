/** Whether valid JSON has lists and objects that lie deeper in each other than Go's reader follows. */
export function isNestedTooDeep(json: string): boolean {
  // Each level takes two characters at least.
  return json.length > 2 * deepestNesting && nestingOf(json) > deepestNesting;
}

const deepestNesting = 10_000;

function nestingOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth--;
  }
  return deepest;
}
