import type { ExecMount } from "../../llb/vertex.ts";
import { chompTabs, heredocOf } from "../../parser/heredoc.ts";
import type { InlineFile, RunInstruction } from "../../parser/instruction.ts";
import { joinPath } from "../../slash-path.ts";
import { trimSpace } from "../../trim-space.ts";
import { inlineFile } from "./inline-file.ts";

/** What a RUN executes, heredocs worked in. */
export interface RunCommand {
  /** The words of a list, or one text for the shell. */
  readonly args: readonly string[];
  /** The instruction for people: its code and, of a heredoc script, the first line. */
  readonly label: string;
  /** A script of its own interpreter is mounted as a file. */
  readonly mounts: readonly ExecMount[];
}

/**
 * A heredoc that is the whole command is a script: run by the shell, or, when it begins with `#!`, as a file (not on
 * Windows, which knows no such thing). Heredocs given to a program are put together again for the shell to read.
 */
export function runCommand(instruction: RunInstruction, os: string): RunCommand {
  const { cmdLine, code, files } = instruction;
  const [file] = files;
  const line = cmdLine[0] ?? "";
  if (file === undefined) return { args: cmdLine, label: code, mounts: [] };
  if (!isHeredoc(line)) return { args: [rebuild(line, files)], label: code, mounts: [] };
  const label = `${code} (${summary(file.data)})`;
  const script = file.chomp ? chompTabs(file.data) : file.data;
  if (os === "windows" || !script.startsWith("#!")) return { args: [script], label, mounts: [] };
  return {
    args: [joinPath(scriptFolder, file.name)],
    label,
    mounts: [{ target: scriptFolder, source: inlineFile(file.name, script, 0o755), selector: "/", readonly: true }],
  };
}

/** Whether a heredoc is all that the line is. */
function isHeredoc(line: string): boolean {
  const heredoc = heredocOf(line);
  return heredoc !== undefined && !("kind" in heredoc);
}

const scriptFolder = "/dev/pipes/";

function rebuild(line: string, files: readonly InlineFile[]): string {
  const parts = [line];
  for (const file of files) parts.push("\n", file.data, file.name);
  return parts.join("");
}

/** The first line that is not blank, with dots if more follow. */
function summary(script: string): string {
  const text = trimSpace(script);
  const end = text.indexOf("\n");
  if (end === -1) return text;
  return `${text.slice(0, text[end - 1] === "\r" ? end - 1 : end)}...`;
}
