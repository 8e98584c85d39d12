import { commandEstimate } from "../estimate.ts";
import { type Install, installOf, type PackageTool } from "../package-tools.ts";
import { baseOf, type ShellCommand } from "../shell-commands.ts";
import { type DraftFinding, savingOf } from "./draft-finding.ts";
import { rebuildTime, retimed, type TimedDag } from "./rebuild.ts";
import type { FindingSubject, Run, Step } from "./subject.ts";

/**
 * A RUN that installs packages without a cache mount: whenever it runs again, everything is downloaded again. Left alone
 * is a step that has any cache mount, one that cannot or must not download, and one of a user other than root, whose
 * home is not known.
 */
export function uncachedInstalls(subject: FindingSubject): readonly DraftFinding[] {
  return subject.stages.flatMap(({ steps }) => steps.flatMap((step) => uncachedInstall(subject, step)));
}

function uncachedInstall(subject: FindingSubject, step: Step): readonly DraftFinding[] {
  if (step.kind !== "run") return [];
  const [run] = step.runs;
  if (run === undefined || !mayDownload(run)) return [];
  const installs = run.commands.flatMap((command) => {
    const install = installOf(command);
    return install === undefined || isLocal(install) ? [] : [{ command, install }];
  });
  if (installs.length === 0) return [];
  const { timed, numberOf, durations } = subject;
  const vertices = step.runs.map(({ vertex }) => vertex);
  const share = savedShare(run, installs);
  const numbers = vertices.map(numberOf);
  const savedOf = new Map(
    vertices.map((vertex) => {
      const { ms = 0, emulation = 1 } = durations.get(vertex.digest) ?? {};
      // The network is as fast under emulation.
      return [numberOf(vertex), (ms * share) / emulation];
    }),
  );
  const before = rebuildTime(timed, numbers);
  const after = timeWithout(timed, savedOf);
  const saving = savingOf(before, after, "whenever this step runs again", "estimated");
  if (saving === undefined) return [];
  const tools = [...new Map(installs.map(({ install }) => [install.tool.name, install])).values()];
  return [
    {
      rule: "uncached-install",
      reason: `${tools.map(({ tool }) => tool.name).join(" and ")} ${tools.length === 1 ? "downloads" : "download"} everything again whenever this step runs: what was downloaded is not kept`,
      suggestion: suggestionOf(tools, run),
      saving,
      places: [{ lines: step.instruction.lines, tokens: installs.flatMap(tokensOf) }],
      vertices,
    },
  ];
}

/** How long a build takes in which these vertices run again, each with so much less to do. */
function timeWithout(timed: TimedDag, savedOf: ReadonlyMap<number, number>): number {
  if (timed.workers !== undefined) {
    return rebuildTime(
      retimed(timed, (time, vertex) => time - (savedOf.get(vertex) ?? 0)),
      savedOf.keys(),
    );
  }
  // One instruction on several platforms: none of its vertices stands on another.
  return Math.max(...Array.from(savedOf, ([vertex, saved]) => (timed.ways()[vertex] ?? 0) - saved));
}

function mayDownload({ op }: Run): boolean {
  const { user = "" } = op.meta;
  const isRoot = user === "" || /^(?:root|0)(?::|$)/.test(user);
  return isRoot && op.network !== "none" && !op.mounts.some(({ kind }) => kind === "cache");
}

const offline = /^--(?:offline|no-index|local)$/;

/** What comes from files, or from nowhere. */
function isLocal({ options, packages, rest }: Install): boolean {
  if (options.some((option) => offline.test(option))) return true;
  return (
    packages.length > 0 && packages.every((word) => /^[./]|\.(?:whl|deb|rpm|tgz)$/.test(word)) && !rest.includes("-r")
  );
}

/** What a warm cache saves of the step: of each install its part, each weighed by what it usually takes. */
function savedShare(
  { commands }: Run,
  installs: readonly { readonly command: ShellCommand; readonly install: Install }[],
): number {
  const all = commands.reduce((sum, command) => sum + commandEstimate(command), 0);
  const savings = installs.map(({ command, install: { tool } }) => {
    return { ms: commandEstimate(command) * tool.cachedShare, isOneOf: alternatives.has(tool.name) };
  });
  // Of the package managers of one language a step uses one, by the files that it finds.
  const oneOf = savings.filter(({ isOneOf }) => isOneOf).map(({ ms }) => ms);
  const others = savings.reduce((sum, { ms, isOneOf }) => sum + (isOneOf ? 0 : ms), 0);
  return (others + (oneOf.length === 0 ? 0 : Math.min(...oneOf))) / all;
}

const alternatives = new Set(["npm", "yarn", "pnpm"]);

function suggestionOf(installs: readonly Install[], run: Run): string {
  const mounts = installs.flatMap(({ tool }) =>
    cachesOf(tool, run).map((folder) => {
      const target = withVariables(folder, run);
      return `--mount=type=cache,target=${target}${tool.sharing === undefined ? "" : `,sharing=${tool.sharing}`}`;
    }),
  );
  const advice = installs.flatMap(({ tool }) => tool.cacheAdvice ?? []);
  const flags = installs.flatMap(({ tool: { uncached }, options }) => {
    if (uncached === undefined || !options.includes(uncached.flag)) return [];
    return uncached.instead === undefined
      ? `leave out ${uncached.flag}`
      : `write ${uncached.instead} for ${uncached.flag}`;
  });
  const fetched = installs.flatMap(({ tool: { lists } }) =>
    lists?.flag === undefined || fetchesLists(lists, run) ? [] : `add ${lists.flag}`,
  );
  const emptied = run.commands.flatMap((command) => emptying(command, installs)).map((line) => `leave out ${line}`);
  const users = installs.some(({ tool }) => tool.isStore === true)
    ? ", and the same to the steps that use the packages"
    : "";
  return `${[`Give it ${mounts.join(" ")}${users}`, ...new Set([...advice, ...flags, ...fetched, ...emptied])].join("; ")}.`;
}

/** Lists that an earlier step has fetched would be hidden by an empty mount. */
function cachesOf({ caches, lists }: PackageTool, run: Run): readonly string[] {
  return lists === undefined || fetchesLists(lists, run) ? caches : caches.filter((folder) => folder !== lists.folder);
}

function fetchesLists({ command }: NonNullable<PackageTool["lists"]>, { commands }: Run): boolean {
  return commands.some(({ words: [program = "", ...words] }) => {
    const plain = [baseOf(program), ...words].join(" ");
    return command.test(plain) || command.test(plain.replace(/ -\S+/g, ""));
  });
}

/** The commands that would empty the cache. */
function emptying({ words }: ShellCommand, installs: readonly Install[]): readonly string[] {
  const line = words.join(" ");
  const isRemoval =
    words[0] === "rm" && installs.some(({ tool }) => tool.caches.some((folder) => line.includes(folder)));
  return isRemoval || /^(?:apt-get|apt|yum|dnf|microdnf) clean\b|^npm cache clean\b/.test(line) ? [line] : [];
}

/** `${NAME:-default}` by the environment of the step. */
function withVariables(path: string, { op }: Run): string {
  return path.replace(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, fallback: string) => {
    const entry = op.meta.env?.find((each) => each.startsWith(`${name}=`));
    return entry === undefined ? fallback : entry.slice(name.length + 1);
  });
}

function tokensOf({ command, install: { tool } }: { readonly command: ShellCommand; readonly install: Install }) {
  return [command.words[0] ?? "", tool.name.split(" ")[0] ?? ""];
}
