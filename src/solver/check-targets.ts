import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf, errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import type { ExportTarget } from "./buildkit/attachable.ts";

/**
 * Looks, before anything is built, whether the outputs have a place: rejects with a Failure `export-failed` where the
 * end of the build would. What changes in the meantime is told at the end.
 */
export async function checkTargets(targets: Iterable<ExportTarget>): Promise<void> {
  for (const target of targets) {
    if (target.kind === "stream" || target.kind === "engine") continue;
    const kind = await kindOf(target.path);
    if (target.kind === "folder" && kind === "other") throw cannotWrite(target.path, "it is not a folder");
    if (target.kind !== "file") continue;
    if (kind === "folder") throw cannotWrite(target.path, "it is a folder", "Give the name of a file in it.");
    if (kind === "absent" && (await kindOf(dirname(target.path))) !== "folder") {
      throw cannotWrite(target.path, "its folder does not exist", "Make the folder first.");
    }
  }
}

async function kindOf(path: string): Promise<"folder" | "other" | "absent"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "other";
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "absent";
    throw cannotWrite(path, errnoText(error));
  }
}

function cannotWrite(path: string, why: string, remedy?: string): Failure {
  return new Failure("export-failed", `cannot write ${path}: ${why}`, remedy === undefined ? {} : { remedy });
}
