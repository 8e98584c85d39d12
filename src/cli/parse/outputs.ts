import { resolve } from "node:path";
import { csvFields } from "../../csv-fields.ts";
import type { SolveOutput } from "../../solver/solve-options.ts";
import type { OutputStream, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

const types = ["local", "tar", "oci", "docker", "image", "cacheonly"] as const;

/**
 * One `-o`, as docker buildx reads it: `type=…,key=value,…`, a folder alone, or `-` for a tar archive on standard
 * output. `type=registry` is an image that is pushed.
 */
export function parseOutput(text: string, terminal: Terminal): SolveOutput {
  const fields = csvFields(text);
  if (fields === undefined) throw new UsageError(`-o ${text}: a double quote is not closed.`);
  if (text === "-") return { type: "tar", dest: openStandardOutput(terminal) };
  if (fields.length === 1 && !text.startsWith("type=")) return { type: "local", dest: resolve(terminal.cwd, text) };

  const attrs: Record<string, string> = Object.create(null);
  let type = "";
  let dest: string | undefined;
  for (const field of fields) {
    const equals = field.indexOf("=");
    if (equals === -1) throw new UsageError(`-o ${text}: ${JSON.stringify(field)} is not of the form key=value.`);
    const key = field.slice(0, equals).trim().toLowerCase();
    const value = field.slice(equals + 1);
    if (key === "type") type = value;
    else if (key === "dest") dest = value;
    else attrs[key] = value;
  }
  if (type === "registry") return { type: "image", attrs: { ...attrs, push: attrs.push ?? "true" } };
  const known = types.find((name) => name === type);
  if (known === undefined) throw new UsageError(unknownType(text, type));
  return { type: known, attrs, ...destination(text, known, dest, terminal) };
}

function unknownType(text: string, type: string): string {
  if (type === "") return `-o ${text}: say what is wanted, such as type=oci; there are ${types.join(", ")}.`;
  return `-o ${text}: there is no output of type ${type}; there are ${types.join(", ")}.`;
}

function destination(
  text: string,
  type: SolveOutput["type"],
  dest: string | undefined,
  terminal: Terminal,
): Pick<SolveOutput, "dest"> {
  switch (type) {
    case "local":
      if (dest === undefined || dest === "" || dest === "-")
        throw new UsageError(`-o ${text}: a folder is needed, as dest=FOLDER.`);
      return { dest: resolve(terminal.cwd, dest) };
    case "tar":
    case "oci":
    case "docker":
      if (dest === "-") return { dest: openStandardOutput(terminal) };
      if (dest !== undefined && dest !== "") return { dest: resolve(terminal.cwd, dest) };
      if (type === "docker") return {};
      if (terminal.stdout.isTTY)
        throw new UsageError(`-o ${text}: a file is needed, as dest=FILE; the archive is not written to a terminal.`);
      return { dest: terminal.stdout };
    case "image":
    case "cacheonly":
      if (dest !== undefined) throw new UsageError(`-o ${text}: an output of type ${type} takes no dest.`);
      return {};
  }
}

function openStandardOutput(terminal: Terminal): OutputStream {
  if (terminal.stdout.isTTY)
    throw new UsageError(
      "The archive is not written to a terminal: redirect standard output, or name a file as dest=FILE.",
    );
  return terminal.stdout;
}
