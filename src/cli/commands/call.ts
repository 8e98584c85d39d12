import type { Call } from "../parse/call.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import type { SolveFlags } from "./solve-flags.ts";

/**
 * `llbc solve --call METHOD`: tells something of the Dockerfile in place of building it. Where images have to be looked
 * up, they are those that a build would use: the worker is asked. `llbc check` and `llbc outline` need none.
 */
export async function callCommand(
  context: string,
  { method, format, ignoreStatus }: Call,
  flags: SolveFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { check: _, ...others } = flags;
  const findsWorker = true;
  switch (method) {
    case "build":
      throw new UsageError("--call build is no question.");
    case "targets": {
      const { targetsCommand } = await import("./targets.ts");
      return targetsCommand(context, { ...others, findsWorker: "for remote Dockerfiles", format }, terminal);
    }
    case "check": {
      const { checkCommand } = await import("./check.ts");
      return checkCommand(
        context,
        { ...others, findsWorker, format, ...(ignoreStatus ? { ignoreStatus } : {}) },
        terminal,
      );
    }
    case "outline": {
      const { outlineCommand } = await import("./outline.ts");
      return outlineCommand(context, { ...others, findsWorker, format }, terminal);
    }
  }
}
