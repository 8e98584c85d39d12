import { compileIn } from "../../graph/compile.ts";
import { type Explanation, explainBuild, predictBuild } from "../../graph/explain/explain.ts";
import { explainText } from "../../graph/explain/explain-text.ts";
import type { ExplainedBuild } from "../../graph/explain/explained-build.ts";
import type { BuildRecord, BuildSummary } from "../../graph/history/build-record.ts";
import { contentIn, recordVertices } from "../../graph/history/record-of.ts";
import { redacter } from "../../graph/history/redact.ts";
import { contextName } from "../../history/context-name.ts";
import { folderManifests } from "../../history/folder-reads.ts";
import { historyHash } from "../../history/history-key.ts";
import { type History, listRecords, readRecord } from "../../history/history-store.ts";
import { openHistory } from "../../history/open-history.ts";
import { dockerfilePath, readBuildInput } from "../build-input.ts";
import type { CompileSubject } from "../compile-subject.ts";
import { findRecord, pickSummary } from "../history/find-record.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import { buildOptions } from "./build-flags.ts";
import type { ExplainFlags } from "./explain-flags.ts";
import { jsonText } from "./history.ts";

/** `llbc explain`: compiles, compares with what was built before, and prints what would run and why; or of a past build. */
export async function explainCommand(context: string, flags: ExplainFlags, terminal: Terminal): Promise<ExitCode> {
  const isPast = flags.last === true || flags.ref !== undefined;
  if (flags.last === true && flags.ref !== undefined) throw new UsageError("--last and --ref exclude each other.");
  if (context === "-" || flags.file === "-") {
    throw new UsageError("Standard input is nothing that was built before: name a folder or an address.");
  }
  const explanation = isPast
    ? await explainPast(context, flags, terminal)
    : await explainNext(context, flags, terminal);
  const text =
    flags.json === true ? jsonText(explanation) : explainText(explanation, { tense: isPast ? "did" : "would" });
  await writeStandardOutput(text, terminal);
  return 0;
}

async function explainPast(context: string, flags: ExplainFlags, terminal: Terminal): Promise<Explanation> {
  const history = openHistory(terminal);
  const builds = await listRecords(history);
  const name = contextName(await readBuildInput(context, flags.file, terminal));
  const last = builds.find((build) => build.context === name);
  if (flags.ref === undefined && last === undefined) throw new UsageError(`No build of ${context} is recorded.`);
  const record = await findRecord(history, flags.ref ?? last?.ref);
  const older = builds.filter((build) => build.started < record.started);
  return explainBuild(record, await comparedWith(history, older, record, flags));
}

async function explainNext(context: string, flags: ExplainFlags, terminal: Terminal): Promise<Explanation> {
  const history = openHistory(terminal);
  const builds = await listRecords(history);
  const name = contextName(await readBuildInput(context, flags.file, terminal));
  const wanted = { context: name, target: flags.target ?? "" };
  const against = await comparedWith(history, builds, wanted, flags);
  const address = flags.addr ?? against?.worker?.address;
  const past: BuildRecord[] = [];
  for (const { ref, worker } of [...builds].reverse()) {
    const record = worker?.address === address ? await readRecord(history, ref) : undefined;
    if (record !== undefined) past.push(record);
  }
  return predictBuild(await nextBuild(context, flags, history, terminal), past, against);
}

/** The build that is named, or the newest one of the same context, of the same target where there is one. */
async function comparedWith(
  history: History,
  builds: readonly BuildSummary[],
  { context, target }: Pick<BuildSummary, "context" | "target">,
  { against }: ExplainFlags,
): Promise<BuildRecord | undefined> {
  if (against !== undefined) return readRecord(history, pickSummary(builds, against).ref);
  const same = builds.filter((build) => build.context === context);
  const found = same.find((build) => build.target === target) ?? same[0];
  return found && readRecord(history, found.ref);
}

/** The build that these flags would make, as it would be recorded. */
async function nextBuild(
  context: string,
  flags: ExplainFlags,
  history: History,
  terminal: Terminal,
): Promise<ExplainedBuild> {
  const build = buildOptions(flags, terminal);
  const { buildArgs = {} } = build;
  const compile = ({ source, options, environment }: CompileSubject) => compileIn(source, options, environment);
  const compilation = await withSubject({ context, file: flags.file, build, images: flags }, terminal, compile);
  const input = await readBuildInput(context, flags.file, terminal);
  const options = { ...build, dockerfile: dockerfilePath(context, flags.file, terminal) };
  const { signal } = terminal;
  const reading = { input, options, signal, history, context: contextName(input) };
  const manifests = await folderManifests(compilation, reading);
  const hash = await historyHash(history);
  const redact = redacter(buildArgs);
  return {
    vertices: recordVertices(compilation, { news: new Map(), hash, redact, contentOf: contentIn(manifests) }),
    buildArgs: new Map(Object.entries(buildArgs).map(([name, value]) => [name, hash(value)])),
    manifests,
    worker: undefined,
  };
}
