import { Failure } from "../../failure.ts";
import { compileIn } from "../../graph/compile.ts";
import { type Explanation, explainBuild } from "../../graph/explain/explain.ts";
import { explainText } from "../../graph/explain/explain-text.ts";
import type { ExplainedBuild } from "../../graph/explain/explained-build.ts";
import type { BuildRecord, BuildSummary } from "../../graph/history/build-record.ts";
import { contextName } from "../../history/context-name.ts";
import { explainNext } from "../../history/explain-next.ts";
import { type History, listRecords, readRecord } from "../../history/history-store.ts";
import { type BuildSubject, nearestBuild } from "../../history/nearest-build.ts";
import { openHistory } from "../../history/open-history.ts";
import { plannedBuild } from "../../history/planned-build.ts";
import type { UsageRecord } from "../../solver/buildkit/disk-usage.ts";
import type { ContextInput } from "../../solver/solve-options.ts";
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
    : await explainNextBuild(context, flags, terminal);
  const { columns } = terminal.stdout;
  const text =
    flags.json === true
      ? jsonText(explanation)
      : explainText(explanation, { tense: isPast ? "did" : "would", columns });
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

async function explainNextBuild(context: string, flags: ExplainFlags, terminal: Terminal): Promise<Explanation> {
  const history = openHistory(terminal);
  const input = await readBuildInput(context, flags.file, terminal);
  const dockerfile = dockerfilePath(context, flags.file, terminal) ?? "";
  const wanted = { context: contextName(input), dockerfile, target: flags.target ?? "" };
  const against = await comparedWith(history, await listRecords(history), wanted, flags);
  const address = flags.addr ?? against?.worker?.address;
  const [build, kept] = await Promise.all([
    nextBuild(context, input, flags, history, terminal),
    address === undefined || flags.offline === true ? undefined : keptBy(address, terminal),
  ]);
  return explainNext(history, build, { against, address, kept });
}

/** A worker that does not answer is no reason to say nothing. In milliseconds. */
const patience = 5000;

/** What the cache of the worker still holds; undefined where it cannot be asked, which is told. */
async function keptBy(address: string, terminal: Terminal): Promise<readonly UsageRecord[] | undefined> {
  const signal = AbortSignal.any([terminal.signal, AbortSignal.timeout(patience)]);
  try {
    const { withClient } = await import("../with-client.ts");
    return await withClient({ addr: address }, { ...terminal, signal }, (client) => client.diskUsage({ signal }));
  } catch (error) {
    if (terminal.signal.aborted || !(error instanceof Failure)) throw error;
    terminal.stderr.write(
      `note: the worker at ${address} could not be asked what its cache still holds (${error.message}): what it has removed is not seen.\n`,
    );
    return undefined;
  }
}

/** The build that is named, or the one that is most like it. */
async function comparedWith(
  history: History,
  builds: readonly BuildSummary[],
  wanted: BuildSubject,
  { against }: ExplainFlags,
): Promise<BuildRecord | undefined> {
  const found = against === undefined ? nearestBuild(builds, wanted) : pickSummary(builds, against);
  return found && readRecord(history, found.ref);
}

/** The build that these flags would make, as it would be recorded. */
async function nextBuild(
  context: string,
  input: ContextInput,
  flags: ExplainFlags,
  history: History,
  terminal: Terminal,
): Promise<ExplainedBuild> {
  const build = buildOptions(flags, terminal);
  const compile = ({ source, options, environment }: CompileSubject) => compileIn(source, options, environment);
  const compilation = await withSubject({ context, file: flags.file, build, images: flags }, terminal, compile);
  const dockerfile = dockerfilePath(context, flags.file, terminal);
  return plannedBuild(history, compilation, input, { ...build, dockerfile, signal: terminal.signal });
}
