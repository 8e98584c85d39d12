import { createColors } from "picocolors";
import type { OutputStream, Terminal } from "../terminal.ts";

type Paint = (text: string) => string;

/** The colours of progress and of what is said in the end. */
export interface Palette {
  /** Of steps that are over. */
  readonly run: Paint;
  readonly cancel: Paint;
  readonly error: Paint;
  readonly warning: Paint;
  readonly aside: Paint;
  readonly label: Paint;
  /** What of BUILDKIT_COLORS is not understood, and left out. */
  readonly problems: readonly string[];
}

/**
 * The colours on one stream: none where nobody looks or NO_COLOR is set; those of steps as BUILDKIT_COLORS has them,
 * `run=green:error=255,0,0`, names or red, green and blue from 0 to 255.
 */
export function palette(stream: OutputStream, env: Terminal["env"]): Palette {
  const isOn = isColourful(stream, env);
  const colours = createColors(isOn);
  const { problems, given } = readColours(isOn ? (env.BUILDKIT_COLORS ?? "") : "");
  return {
    run: given.get("run") ?? colours.blue,
    cancel: given.get("cancel") ?? colours.yellow,
    error: given.get("error") ?? colours.red,
    warning: given.get("warning") ?? colours.yellow,
    aside: colours.dim,
    label: colours.green,
    problems,
  };
}

export function isColourful(stream: OutputStream, { NO_COLOR, FORCE_COLOR, TERM }: Terminal["env"]): boolean {
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0";
  return stream.isTTY === true && TERM !== "dumb";
}

const parts = ["run", "cancel", "error", "warning"];
const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

function readColours(text: string): { readonly given: ReadonlyMap<string, Paint>; readonly problems: string[] } {
  const given = new Map<string, Paint>();
  const problems: string[] = [];
  for (const field of text.split(":").filter((each) => each !== "")) {
    const [key = "", value = "", ...more] = field.toLowerCase().split("=");
    const code = more.length > 0 ? undefined : colourCode(value.replaceAll('"', ""));
    if (!parts.includes(key)) problems.push(`BUILDKIT_COLORS: ${field} is none of ${parts.join(", ")}`);
    else if (code === undefined) problems.push(`BUILDKIT_COLORS: ${field} has no colour, by name or as red,green,blue`);
    else given.set(key, (line) => `\u001b[${code}m${line}\u001b[39m`);
  }
  return { given, problems };
}

/** The SGR code of a foreground: of the sixteen colours, of the terminal's default, or of three numbers. */
function colourCode(value: string): string | undefined {
  if (value === "default") return "39";
  const light = value.startsWith("light-");
  const index = names.indexOf(light ? value.slice("light-".length) : value);
  if (index !== -1) return String((light ? 90 : 30) + index);
  const numbers = value.split(",").map((each) => (/^\d{1,3}$/.test(each) ? Number(each) : 256));
  return numbers.length === 3 && numbers.every((each) => each < 256) ? `38;2;${numbers.join(";")}` : undefined;
}
