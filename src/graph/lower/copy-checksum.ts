import type { AddInstruction } from "../../parser/instruction.ts";
import { parseGitRef } from "../git-ref.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";

/**
 * `--checksum` of ADD goes with one source that is a download or a git repository.
 * @throws InvalidDockerfile otherwise.
 */
export function checkChecksum(instruction: AddInstruction): void {
  if (instruction.checksum === "") return;
  const [source, another] = instruction.sourcePaths;
  if (source === undefined || another !== undefined) {
    throw new InvalidDockerfile("checksum", "--checksum needs exactly one source: write one ADD for each");
  }
  const isRemote = /^https?:\/\//.test(source) || parseGitRef(source).kind === "git";
  if (!isRemote)
    throw new InvalidDockerfile("checksum", `--checksum is for downloads and git repositories, not "${source}"`);
}

/**
 * A digest as a download is checked against: `sha256:` and 64 hexadecimal digits in lower case, or sha384 or sha512.
 * @throws InvalidDockerfile for anything else.
 */
export function checkDigest(text: string): void {
  const [, algorithm = "", digits = ""] = /^([^:]+):(.+)$/s.exec(text) ?? [];
  const length = hexLengths.get(algorithm);
  if (length !== undefined && digits.length === length && /^[0-9a-f]+$/.test(digits)) return;
  throw new InvalidDockerfile(
    "checksum",
    length === undefined
      ? `"${text}" is no checksum of a download: write sha256:<64 hexadecimal digits>`
      : `"${text}" is no checksum: ${algorithm} has ${length} hexadecimal digits in lower case`,
  );
}

const hexLengths: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);
