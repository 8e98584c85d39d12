import { didYouMean } from "../../suggest.ts";
import { UsageError } from "../usage-error.ts";
import { parseBoolean, parseFields } from "./key-values.ts";

/** What every frontend for Dockerfiles knows. */
const known = ["build", "check", "lint", "outline", "targets"];

/** What `--call` asks of a Dockerfile: to build it, or to tell something of it. */
export interface Call {
  /** `build`, `check`, `outline`, `targets`, or what only the frontend knows that the Dockerfile names. */
  readonly method: string;
  readonly format: "text" | "json";
  /** Ends with 0 whatever a check finds. */
  readonly ignoreStatus: boolean;
}

/** `METHOD[,format=json][,ignorestatus=true]`; `lint` is an older name of `check`. Throws a UsageError. */
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
  const near = method === undefined || known.includes(method) ? "" : didYouMean(method, known);
  if (near !== "") throw new UsageError(`--call ${text}: there is no ${JSON.stringify(method)}${near}`);
  if (format !== "text" && format !== "json") {
    throw new UsageError(`--call ${text}: there is no format ${JSON.stringify(format)}; there are text and json.`);
  }
  if (ignoreStatus === undefined) throw new UsageError(`--call ${text}: ignorestatus is true or false.`);
  return { method: method === "lint" ? "check" : method || "build", format, ignoreStatus };
}
