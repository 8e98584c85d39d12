import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { errnoOf, errnoText } from "../../errno.ts";
import { UnreadableRecord } from "../../graph/history/json-reader.ts";
import type { ComparedBuild } from "../../graph/page/build-changes.ts";
import { comparedReport } from "../../graph/page/compared-report.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/** The file of `--against`: what `llbc analyze --json` printed of another build. */
export function readCompared(file: string, { cwd }: Pick<Terminal, "cwd">): ComparedBuild {
  try {
    return comparedReport(readFileSync(resolve(cwd, file), "utf8"), basename(file));
  } catch (error) {
    if (errnoOf(error) !== undefined) {
      throw new UsageError(`--against ${file}: the file cannot be read: ${errnoText(error)}.`);
    }
    if (error instanceof UnreadableRecord || error instanceof SyntaxError) {
      throw new UsageError(`--against ${file}: it is not what llbc analyze --json printed.`);
    }
    throw error;
  }
}
