import { statSync } from "node:fs";
import { isWebAddress } from "../graph/context/http-source.ts";
import { parseGitRef } from "../graph/git-ref.ts";

/** Whether a context is a git or web address, as docker buildx tells them from folders: what is a folder here is one. */
export function isRemoteContext(context: string): boolean {
  return isRemoteAddress(context) && !isFolder(context);
}

/** A git or web address, by its form alone. */
export function isRemoteAddress(text: string): boolean {
  return isWebAddress(text) || parseGitRef(text).kind !== "other";
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
