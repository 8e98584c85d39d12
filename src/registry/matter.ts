import type { FailureCode } from "../failure.ts";

/** What a question to a registry is about, for failures: what cannot be done with which image. */
export interface Matter {
  readonly what: string;
  readonly deed: "read from" | "written to";
}

/** What a failure is that no credentials would mend. */
export function codeOf({ deed }: Matter): FailureCode {
  return deed === "written to" ? "export-failed" : "image-unresolved";
}
