/** The command line asks for something that cannot be: exit code 2. The message is a whole sentence with the remedy. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
