/** The code of a system error (`ENOENT`), or undefined for any other thrown value. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What a system error means, in words a user can act on; the code, or the message, where we have no better ones. */
export function errnoText(error: unknown): string {
  const code = errnoOf(error);
  if (code !== undefined) return words.get(code) ?? code;
  return error instanceof Error ? error.message : String(error);
}

const words: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "operation not permitted"],
  ["ENOENT", "it does not exist"],
  ["ENOTDIR", "a part of its path is not a folder"],
  ["EISDIR", "it is a folder"],
  ["EEXIST", "it exists already"],
  ["ELOOP", "it is a symbolic link, or too many of them follow each other"],
  ["EIO", "the disk reports an error"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "no space is left on the disk"],
  ["EDQUOT", "the disk quota is used up"],
  ["EFBIG", "it is too large for the file system"],
  ["EMFILE", "too many files are open"],
  ["ENFILE", "too many files are open"],
  ["ENAMETOOLONG", "its name is too long"],
  ["ENOTEMPTY", "the folder is not empty"],
  ["EBUSY", "it is in use"],
  ["EXDEV", "it is on another file system"],
  ["EPIPE", "its reader is gone"],
]);
