import { cleanPath, joinPath } from "../slash-path.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";

/**
 * An absolute path with forward slashes: `path` itself, or, where it is relative, `path` below `parent`. Paths are read
 * by the system of the stage (`os`), never by the one we run on: an absolute Linux path is taken as it is, a Windows
 * path is cleaned and loses its drive. `keepSlash` keeps what says "this is a directory": a trailing `/` or `/.`.
 * @throws InvalidDockerfile for a Windows path on another drive than C, or on the network.
 */
export function normalizePath(parent: string, path: string, os: string, keepSlash: boolean): string {
  const original = toSlash(path, os);
  let base = removeDriveLetter(parent === "" ? "/" : toSlash(parent, os), os, keepSlash);
  if (!base.startsWith("/")) base = joinPath("/", base);
  let result = removeDriveLetter(original === "" ? base : original, os, keepSlash);
  if (!result.startsWith("/")) result = joinPath(base, result);
  return keepSlash ? keepTail(result, original) : result;
}

/**
 * The working directory after `WORKDIR path` in a stage whose directory was `current`, with the separators of the
 * stage's system: the image config of a Windows image has backslashes.
 * @throws InvalidDockerfile as `normalizePath` does.
 */
export function normalizeWorkdir(current: string, path: string, os: string): string {
  const result = normalizePath(current, path, os, false);
  return os === "windows" ? result.replaceAll("/", "\\") : result;
}

/**
 * `path` without its drive letter, cleaned and with forward slashes; on Linux `path` untouched. What follows the drive
 * letter directly (`C:some`) is a relative path.
 * @throws InvalidDockerfile for another drive than C, a drive alone, and network paths.
 */
export function removeDriveLetter(path: string, os: string, keepSlash: boolean): string {
  if (os !== "windows") return path;
  const problem = drivePathProblem(path);
  if (problem !== undefined) throw new InvalidDockerfile("windows-path", problem);
  const slashed = path.slice(path.indexOf(":") + 1).replaceAll("\\", "/");
  const cleaned = cleanPath(slashed);
  return keepSlash && cleaned.length > 1 && slashed.endsWith("/") ? `${cleaned}/` : cleaned;
}

/** Whether `path` is absolute in a stage of system `os`; a Windows path that is refused is not. */
export function isAbsoluteOn(path: string, os: string): boolean {
  if (os !== "windows") return path.startsWith("/");
  return drivePathProblem(path) === undefined && removeDriveLetter(path, os, false).startsWith("/");
}

/** `path` with forward slashes, where backslashes are separators. */
export function toSlash(path: string, os: string): string {
  return os === "windows" ? path.replaceAll("\\", "/") : path;
}

function drivePathProblem(path: string): string | undefined {
  const colon = path.indexOf(":");
  if (colon === 1 && path.length === 2)
    return `the path "${path}" is a drive without a path: write ${path}\\ or a folder`;
  if (/^[\\/]{2}/.test(path)) return `the path "${path}" is a network (UNC) path: only paths on drive C: can be used`;
  if (colon >= 0 && !/^c$/i.test(path.slice(0, colon))) return `the path "${path}" is not on the system drive C:`;
  return undefined;
}

function keepTail(path: string, original: string): string {
  if (original.endsWith("/")) return path.endsWith("/") ? path : `${path}/`;
  if (original.endsWith("/.")) return path === "/" ? "/." : `${path}/.`;
  return path;
}
