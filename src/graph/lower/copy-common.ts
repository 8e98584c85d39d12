import type { CopyAction } from "../../llb/vertex.ts";
import type { AddInstruction, CopyInstruction } from "../../parser/instruction.ts";
import { isAbsoluteOn, normalizePath, removeDriveLetter } from "../paths.ts";
import { parseChmod } from "./chmod.ts";
import { parseOwner } from "./owner.ts";
import type { StageState } from "./state.ts";

/** What all copies of one instruction have in common. */
export type CommonCopy = Pick<CopyAction, "kind" | "dest" | "owner" | "mode" | "excludePatterns" | "createDestPath">;

/** Destination and flags of a COPY or ADD in a stage. */
export function commonCopy(state: StageState, instruction: CopyInstruction | AddInstruction): CommonCopy {
  return {
    kind: "copy",
    dest: destinationOf(instruction.destPath, state.workdir, state.platform.os),
    owner: instruction.chown === "" ? undefined : parseOwner(instruction.chown),
    mode: parseChmod(instruction.chmod),
    excludePatterns: instruction.excludePatterns,
    createDestPath: true,
  };
}

/** The absolute target, with what marks it as a folder; the empty path and `.` are the working directory, a folder. */
function destinationOf(path: string, workdir: string, os: string): string {
  const dest = removeDriveLetter(path, os, true);
  if (isAbsoluteOn(dest, os)) return normalizePath("/", dest, os, true);
  return normalizePath(workdir, dest === "." || dest === "" ? "./" : dest, os, true);
}
