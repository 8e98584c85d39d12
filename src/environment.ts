import process from "node:process";

/** The process's environment variables: what a library call looks at when its caller gives no others. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
