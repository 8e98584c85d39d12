import type { FileOp, OpFileAction, OpOwner, OpUser } from "./op.ts";
import {
  checkLength,
  lengthTag,
  numberTag,
  type Writer,
  writeBigint,
  writeBytes,
  writeFlag,
  writeNumber,
  writeText,
  writeTexts,
} from "./wire.ts";

/** Writes the fields of a `pb.FileOp` message: by number, the action itself being a oneof. */
export function encodeFileOp(writer: Writer, op: FileOp): void {
  for (const action of op.actions) {
    writer.uint32(lengthTag(2)).fork();
    writeNumber(writer, 1, action.input);
    writeNumber(writer, 2, action.secondaryInput);
    writeNumber(writer, 3, action.output);
    writer.uint32(lengthTag(actionFields[action.kind])).fork();
    encodeAction(writer, action);
    writer.ldelim().ldelim();
    checkLength(writer.pos);
  }
}

function encodeAction(writer: Writer, action: OpFileAction): void {
  switch (action.kind) {
    case "copy":
      writeText(writer, 1, action.src);
      writeText(writer, 2, action.dest);
      encodeOwner(writer, 3, action.owner);
      writeNumber(writer, 4, action.mode);
      writeFlag(writer, 5, action.followSymlink);
      writeFlag(writer, 6, action.dirCopyContents);
      writeFlag(writer, 7, action.attemptUnpack);
      writeFlag(writer, 8, action.createDestPath);
      writeFlag(writer, 9, action.allowWildcard);
      writeFlag(writer, 10, action.allowEmptyWildcard);
      writeBigint(writer, 11, action.timestamp);
      writeTexts(writer, 12, action.includePatterns);
      writeTexts(writer, 13, action.excludePatterns);
      writeFlag(writer, 14, action.alwaysReplaceExistingDestPaths);
      writeText(writer, 15, action.modeStr);
      writeTexts(writer, 16, action.requiredPaths);
      return;
    case "mkfile":
      writeText(writer, 1, action.path);
      writeNumber(writer, 2, action.mode);
      writeBytes(writer, 3, action.data);
      encodeOwner(writer, 4, action.owner);
      writeBigint(writer, 5, action.timestamp);
      return;
    case "mkdir":
      writeText(writer, 1, action.path);
      writeNumber(writer, 2, action.mode);
      writeFlag(writer, 3, action.makeParents);
      encodeOwner(writer, 4, action.owner);
      writeBigint(writer, 5, action.timestamp);
      return;
    case "rm":
      writeText(writer, 1, action.path);
      writeFlag(writer, 2, action.allowNotFound);
      writeFlag(writer, 3, action.allowWildcard);
      return;
    case "symlink":
      writeText(writer, 1, action.oldpath);
      writeText(writer, 2, action.newpath);
      encodeOwner(writer, 3, action.owner);
      writeBigint(writer, 4, action.timestamp);
      return;
    default:
      action satisfies never;
  }
}

function encodeOwner(writer: Writer, field: number, owner: OpOwner | undefined): void {
  if (owner === undefined) return;
  writer.uint32(lengthTag(field)).fork();
  encodeUser(writer, 1, owner.user);
  encodeUser(writer, 2, owner.group);
  writer.ldelim();
}

/** A member of a oneof is written even if it is zero: the id of root is. */
function encodeUser(writer: Writer, field: number, user: OpUser | undefined): void {
  if (user === undefined) return;
  writer.uint32(lengthTag(field)).fork();
  if ("name" in user) {
    writer.uint32(lengthTag(1)).fork();
    writeText(writer, 1, user.name);
    writeNumber(writer, 2, user.input);
    writer.ldelim();
  } else {
    writer.uint32(numberTag(2)).uint32(user.id);
  }
  writer.ldelim();
}

const actionFields: Record<OpFileAction["kind"], number> = { copy: 4, mkfile: 5, mkdir: 6, rm: 7, symlink: 8 };
