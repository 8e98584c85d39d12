import { commandEstimate } from "../estimate.ts";
import { type Install, installOf } from "../package-tools.ts";
import type { ShellCommand } from "../shell-commands.ts";
import { type DraftFinding, savingOf } from "./draft-finding.ts";
import { rebuildTime, retimed } from "./rebuild.ts";
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
  const numbers = new Set(vertices.map(numberOf));
  const saved = savedShare(run, installs);
  // The network is as fast under emulation.
  const emulations = new Map(
    vertices.map((vertex) => [numberOf(vertex), durations.get(vertex.digest)?.emulation ?? 1]),
  );
  const before = rebuildTime(timed, numbers);
  const after = rebuildTime(
    retimed(timed, (time, vertex) =>
      numbers.has(vertex) ? time - (time * saved) / (emulations.get(vertex) ?? 1) : time,
    ),
    numbers,
  );
  const saving = savingOf(before, after, "whenever this step runs again", "estimated");
  if (saving === undefined) return [];
  const tools = [...new Map(installs.map(({ install }) => [install.tool.name, install])).values()];
  return [
    {
      rule: "uncached-install",
      reason: `${tools.map(({ tool }) => tool.name).join(" and ")} ${tools.length === 1 ? "downloads" : "download"} everything again whenever this step runs: what was downloaded is not kept`,
      suggestion: suggestionOf(tools, run),
      saving,
      places: [{ lines: step.instruction.lines, tokens: tools.flatMap(tokensOf) }],
      vertices,
    },
  ];
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
  const saved = installs.reduce((sum, { command, install }) => {
    return sum + commandEstimate(command) * install.tool.cachedShare;
  }, 0);
  return saved / all;
}

function suggestionOf(installs: readonly Install[], run: Run): string {
  const mounts = installs.flatMap(({ tool }) =>
    tool.caches.map((folder) => {
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
  const emptied = run.commands.flatMap((command) => emptying(command, installs)).map((line) => `leave out ${line}`);
  const users = installs.some(({ tool }) => tool.isStore === true)
    ? ", and the same to the steps that use the packages"
    : "";
  return `${[`Give it ${mounts.join(" ")}${users}`, ...new Set([...advice, ...flags, ...emptied])].join("; ")}.`;
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

function tokensOf({ tool }: Install): readonly string[] {
  return [tool.name, tool.name.split(" ")[0] ?? tool.name];
}
