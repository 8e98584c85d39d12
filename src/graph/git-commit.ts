import { isSpace, trimSpace } from "../trim-space.ts";
import { parseInt64 } from "./go-numbers.ts";
import { type Timestamp, timestampOfSeconds } from "./timestamp.ts";

/**
 * When a commit was committed, in its own time zone, from the commit object as git stores it. Undefined where the
 * committer line tells no time.
 * @throws SyntaxError for what is no commit object.
 */
export function commitTime(object: string): Timestamp | undefined {
  if (object.startsWith("object ")) throw new SyntaxError("it is a tag, not a commit");
  const headers = readHeaders(object);
  for (const name of ["tree", "author", "committer"]) {
    if (!headers.has(name)) throw new SyntaxError(`it has no ${name} line`);
  }
  return timeOfActor(trimSpace(headers.get("committer") ?? ""));
}

/** The first value of each header. Signatures are left out, with the lines that continue them. */
function readHeaders(object: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let inSignature = false;
  for (const line of object.split("\n")) {
    if (line === "") break;
    if (/^gpgsig(?:-sha256)? /.test(line)) {
      inSignature = true;
      continue;
    }
    if (inSignature && line.startsWith(" ")) continue;
    inSignature = false;
    const space = line.indexOf(" ");
    const name = line.slice(0, space);
    if (space !== -1 && !headers.has(name)) headers.set(name, line.slice(space + 1));
  }
  return headers;
}

/** `Name <address> seconds +hhmm` */
function timeOfActor(actor: string): Timestamp | undefined {
  const start = actor.lastIndexOf("<");
  const end = actor.lastIndexOf(">");
  if (start === -1 || end < start) return undefined;
  const [seconds = "", zone = ""] = fields(actor.slice(end + 1));
  const time = parseInt64(seconds);
  const sign = zone[0];
  if (time === undefined || zone.length !== 5 || (sign !== "+" && sign !== "-")) return undefined;
  const number = (digits: string) => Number(parseInt64(digits) ?? 0n);
  const offset = number(zone.slice(1, 3)) * 3600 + number(zone.slice(3)) * 60;
  return { ...timestampOfSeconds(time), offset: sign === "-" ? -offset : offset };
}

function fields(text: string): readonly string[] {
  const found: string[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const inside = at < text.length && !isSpace(text.charCodeAt(at));
    if (inside && start === -1) start = at;
    if (!inside && start !== -1) {
      found.push(text.slice(start, at));
      start = -1;
    }
  }
  return found;
}
