/** What a frontend was asked for and does not know: the cause of a Failure, so that clients are told by a type of its own. */
export class Unsupported extends Error {
  override readonly name = "Unsupported";
  readonly kind: "subrequest" | "frontend-cap";
  /** As it was asked for, such as `frontend.outline` or `moby.buildkit.frontend.inputs`. */
  readonly what: string;

  constructor(kind: "subrequest" | "frontend-cap", what: string) {
    super(`unsupported: ${what}`);
    this.kind = kind;
    this.what = what;
  }
}
