// node examples/why/why.mjs FOLDER [ADDRESS]: builds a folder, records that, and says what would run if it were built again.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";
import {
  analyze,
  compile,
  connect,
  createRegistryResolver,
  DockerfileError,
  diagnosticsText,
  explainNext,
  explainText,
  Failure,
  failureText,
  listRecords,
  openHistory,
  plannedBuild,
  readRecord,
  recordBuild,
  recordDurations,
  recordGraph,
} from "llbc";

const [, , folder, address] = argv;
if (folder === undefined) {
  stdout.write("usage: node why.mjs FOLDER [ADDRESS]\n");
  exit(2);
}

// The history that `llbc history` shows; with { folder } one of your own.
const history = openHistory();
const options = { platforms: ["linux/amd64"] };
const client = await connect(address).catch(stop);
try {
  // As client.solve, and recorded: what ran, for how long, and hashes of what it read.
  await recordBuild(history, folder, options, { run: (input, all) => client.solve(input, all) });

  const [newest] = await listRecords(history);
  const record = newest && (await readRecord(history, newest.ref));
  if (record === undefined) throw new Error("the build was not recorded");
  const { span, criticalPath } = analyze(recordGraph(record), recordDurations(record, []));
  stdout.write(
    `${record.ran} ran: ${(span / 1000).toFixed(1)} s on a critical path of ${criticalPath.length} vertices\n`,
  );

  // What would run now? Images are resolved, local files are hashed, and the worker is asked what it still holds.
  const planned = await plannedBuild(history, await compiled(), folder, options);
  const explanation = await explainNext(history, planned, { against: record, kept: await client.diskUsage() });
  stdout.write(explainText(explanation, { tense: "would" }));
} catch (error) {
  stop(error);
} finally {
  client.close();
}

async function compiled() {
  const file = (name) => readFile(join(resolve(folder), name));
  const dockerignore = await file(".dockerignore").catch(() => undefined);
  return compile(await file("Dockerfile"), {
    targetPlatforms: options.platforms,
    resolver: createRegistryResolver(),
    ...(dockerignore === undefined ? {} : { dockerignore }),
  });
}

/** What is wrong with the Dockerfile or with the world is told; all else is a bug. */
function stop(error) {
  if (error instanceof DockerfileError) stderr.write(diagnosticsText(error.diagnostics, () => undefined));
  else if (error instanceof Failure) stderr.write(failureText(error));
  else throw error;
  exit(1);
}
