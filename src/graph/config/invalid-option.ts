import { InvalidDockerfile } from "../invalid-dockerfile.ts";

/** An error about an option: it has no place in the Dockerfile. */
export function invalidOption(message: string): InvalidDockerfile {
  return new InvalidDockerfile("invalid-option", message, { placeless: true });
}
