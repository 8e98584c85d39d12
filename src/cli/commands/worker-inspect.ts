import { formatBytes } from "../../byte-size.ts";
import { goDuration } from "../../graph/lower/go-duration.ts";
import type { GcRule, WorkerDetails, WorkerPart } from "../../solver/buildkit/worker-details.ts";
import type { WorkerInfo } from "../../solver/events.ts";
import { tabTable } from "../../tab-table.ts";
import { printable, wrapped } from "../progress/format.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withClient } from "../with-client.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { WorkerFlags } from "./worker-flags.ts";

/** `llbc worker inspect`: what the worker tells of itself, for reading or as JSON. */
export async function inspectCommand(flags: WorkerFlags, terminal: Terminal): Promise<ExitCode> {
  const { signal } = terminal;
  const text = await withClient(flags, terminal, async (client) => {
    const details = await client.inspect({ signal });
    return flags.json === true
      ? inspectJson(client.worker, details)
      : inspectText(client.worker, details, terminal.stdout.columns ?? 100);
  });
  await writeStandardOutput(text, terminal);
  return 0;
}

function inspectJson(info: WorkerInfo, { workers, ...details }: WorkerDetails): string {
  const { address, origin, protocol } = info;
  const shape = {
    ...{ address, origin, protocol },
    ...details,
    workers: workers.map((part) => ({ ...part, labels: Object.fromEntries(part.labels) })),
  };
  return `${JSON.stringify(shape, undefined, 2)}\n`;
}

function inspectText(info: WorkerInfo, details: WorkerDetails, columns: number): string {
  const rows = [
    ["Worker:", info.description],
    ["Found by:", info.origin],
    ...(details.engineVersion === undefined ? [] : [["Docker engine:", details.engineVersion]]),
    ["BuildKit:", versionText(details)],
  ];
  const blocks = [
    tabTable(rows, 2),
    ...details.workers.map(partText),
    `LLB capabilities (${details.llbCaps.length}):\n${wrapped(details.llbCaps, columns)}`,
    `Gateway capabilities (${details.gatewayCaps.length}):\n${wrapped(details.gatewayCaps, columns)}`,
  ];
  return blocks.join("\n");
}

function versionText({ version, revision, engineVersion }: WorkerDetails): string {
  if (version !== "") return revision === "" ? version : `${version} (${revision})`;
  return engineVersion === undefined ? "unknown" : "of the engine, which does not tell its version";
}

function partText({ id, platforms, labels, gcPolicy }: WorkerPart): string {
  const rows = [
    ["Id:", id],
    ["Platforms:", platforms.join(", ")],
  ];
  const labelRows = [...labels].map(([name, value]) => [`  ${printable(name)}:`, printable(value)]);
  return [
    tabTable(rows, 2),
    ...(labelRows.length === 0 ? [] : [`Labels:\n${tabTable(labelRows, 2)}`]),
    ...(gcPolicy.length === 0 ? ["GC policy: none\n"] : []),
    ...gcPolicy.map((rule, index) => `GC policy rule ${index + 1}:\n${tabTable(ruleRows(rule), 2)}`),
  ].join("");
}

function ruleRows(rule: GcRule): readonly (readonly string[])[] {
  const sizes: readonly (readonly [string, number])[] = [
    ["Reserved space", rule.reservedSpace],
    ["Max used space", rule.maxUsedSpace],
    ["Min free space", rule.minFreeSpace],
  ];
  return [
    ["  All:", String(rule.all)],
    ...(rule.filters.length === 0 ? [] : [["  Filters:", rule.filters.join(" ")]]),
    ...(rule.keepDuration === 0
      ? []
      : [["  Keep duration:", goDuration(BigInt(Math.round(rule.keepDuration)) * 1_000_000n)]]),
    ...sizes.filter(([, bytes]) => bytes > 0).map(([name, bytes]) => [`  ${name}:`, formatBytes(bytes, 4)]),
  ];
}
