/** Something at the place of the export that cannot be written; `cause`, where there is one, is the system's error. */
export class ExportError extends Error {
  override readonly name = "ExportError";
  readonly path: string;

  /** @param reason why, where the cause does not say it. */
  constructor(path: string, options: { readonly reason?: string; readonly cause?: unknown }) {
    super(options.reason ?? "", options.cause === undefined ? undefined : { cause: options.cause });
    this.path = path;
  }
}
