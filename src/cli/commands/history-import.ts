import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { errnoText } from "../../errno.ts";
import { Failure } from "../../failure.ts";
import type { BuildRecord } from "../../graph/history/build-record.ts";
import { summariesText } from "../../graph/history/record-table.ts";
import { addRecord, type History, isRef, readRecord } from "../../history/history-store.ts";
import { openHistory } from "../../history/open-history.ts";
import { logRecord } from "../../solver/log-record.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { withClient } from "../with-client.ts";
import { writeStandardOutput } from "../write-output.ts";
import { jsonText, summaryShape } from "./history.ts";
import type { ImportFlags } from "./history-flags.ts";

/** `llbc history import`: records builds from logs or from a worker, and lists those that were not there yet. */
export async function historyImportCommand(
  logs: readonly string[],
  flags: ImportFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (logs.length === 0 && flags.worker === undefined) throw new UsageError("Name a log, or say --worker.");
  const history = openHistory(terminal);
  const records: BuildRecord[] = [];
  for (const path of logs) records.push(await readLog(path, terminal));
  if (flags.worker !== undefined) records.push(...(await workerRecords(flags.worker, history, flags, terminal)));
  const added: BuildRecord[] = [];
  for (const record of records) {
    if ((await readRecord(history, record.ref)) !== undefined) continue;
    await addRecord(history, record);
    added.push(record);
  }
  const text =
    flags.json === true
      ? jsonText(
          added.map(({ vertices: _, manifests: __, buildArgs: ___, dockerfileDigest: ____, ...summary }) =>
            summaryShape(summary),
          ),
        )
      : summariesText(added, Date.now(), terminal.stdout.columns);
  await writeStandardOutput(text, terminal);
  return 0;
}

/**
 * The build of a log, under an id that the same log always has.
 * @throws Failure `context-unreadable`
 * @throws UsageError for a file that is no such log
 */
export async function readLog(path: string, { cwd }: Pick<Terminal, "cwd">): Promise<BuildRecord> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, path), "utf8");
  } catch (error) {
    throw new Failure("context-unreadable", `${path} cannot be read: ${errnoText(error)}`, { cause: error });
  }
  const ref = `log-${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
  const record = logRecord(text.split("\n"), { ref, origin: "log", context: basename(path) });
  if (record !== undefined) return record;
  throw new UsageError(
    `${path} holds no progress of a build: it is to be what docker buildx build --progress rawjson (or llbc solve) wrote.`,
  );
}

async function workerRecords(
  asked: true | string,
  history: History,
  flags: ImportFlags,
  terminal: Terminal,
): Promise<readonly BuildRecord[]> {
  const { signal } = terminal;
  return withClient(flags, terminal, async (client) => {
    const builds = await client.pastBuilds({ ...(asked === true ? {} : { ref: asked }), signal });
    if (asked !== true && builds.length === 0) throw new UsageError(`The worker remembers no build ${asked}.`);
    const records: BuildRecord[] = [];
    for (const build of builds) {
      if (!isRef(build.ref) || (await readRecord(history, build.ref)) !== undefined) continue;
      const record = await client.pastBuild(build, { signal });
      if (record !== undefined) records.push({ ...record, worker: recordedWorker(client.worker) });
    }
    return records;
  });
}

function recordedWorker({ description, address, version, platforms }: NonNullable<BuildRecord["worker"]>) {
  return { description, address, version, platforms };
}
