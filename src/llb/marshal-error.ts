import type { Vertex } from "./vertex.ts";

/** What a draft can say that no op may: all of it comes from what a user wrote. */
export type MarshalProblem = "no-arguments" | "no-working-directory" | "no-identifier" | "not-utf8" | "too-large";

/** A draft that BuildKit refuses to marshal. Other misuse of drafts is a bug and throws a plain Error. */
export class MarshalError extends Error {
  override readonly name = "MarshalError";
  readonly problem: MarshalProblem;
  readonly vertex: Vertex;

  constructor(problem: MarshalProblem, vertex: Vertex) {
    super(messages[problem]);
    this.problem = problem;
    this.vertex = vertex;
  }
}

const messages: Record<MarshalProblem, string> = {
  "no-arguments": "the command of this step is empty: there is nothing to run",
  "no-working-directory": "this step has an empty working directory",
  "no-identifier": "a source without an identifier",
  "too-large": "the definition grows too large here: no worker takes one of 512 MB",
  "not-utf8": "this step holds text that is not valid UTF-8",
};
