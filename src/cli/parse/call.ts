import { UsageError } from "../usage-error.ts";
import { parseBoolean, parseFields } from "./key-values.ts";

const methods = ["build", "check", "outline", "targets"] as const;

/** What `--call` asks of a Dockerfile: to build it, or to tell something of it. */
export interface Call {
  readonly method: (typeof methods)[number];
  readonly format: "text" | "json";
  /** Ends with 0 whatever a check finds. */
  readonly ignoreStatus: boolean;
}

/** `METHOD[,format=json][,ignorestatus=true]`; `lint` is an older name of `check`. */
export function parseCall(text: string): Call {
  let method: string | undefined;
  let format = "text";
  let ignoreStatus: boolean | undefined = false;
  for (const field of parseFields("--call", text)) {
    if (field.startsWith("format=")) format = field.slice("format=".length);
    else if (field.startsWith("ignorestatus=")) ignoreStatus = parseBoolean(field.slice("ignorestatus=".length));
    else if (method === undefined && !field.includes("=")) method = field;
    else throw new UsageError(`--call ${text}: ${JSON.stringify(field)} is not understood.`);
  }
  const known = methods.find((name) => name === (method === "lint" ? "check" : method || "build"));
  if (known === undefined) {
    throw new UsageError(`--call ${text}: there is no ${JSON.stringify(method)}; there are ${methods.join(", ")}.`);
  }
  if (format !== "text" && format !== "json") {
    throw new UsageError(`--call ${text}: there is no format ${JSON.stringify(format)}; there are text and json.`);
  }
  if (ignoreStatus === undefined) throw new UsageError(`--call ${text}: ignorestatus is true or false.`);
  return { method: known, format, ignoreStatus };
}
