import { hostname } from "node:os";
import { parsePlatform } from "../../platform.ts";
import type { WorkerDetails } from "../../solver/buildkit/worker-details.ts";
import type { WorkerInfo } from "../../solver/events.ts";
import { tabTable } from "../../tab-table.ts";
import { binfmtFolder, type Handler, handles, readHandlers } from "../emulation/binfmt.ts";
import { machines } from "../emulation/machine.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withClient } from "../with-client.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { WorkerFlags } from "./worker-flags.ts";

/** How a worker runs the programs of one platform. */
export interface PlatformRow {
  readonly platform: string;
  readonly runs: "natively" | "by emulation" | "not";
  /** Levels of it that run as well, such as `v2` of amd64. */
  readonly variants: readonly string[];
  /** The kernel's handler for it, where the worker is on this machine. */
  readonly handler?: { readonly name: string; readonly interpreter: string } | undefined;
}

/** `llbc platforms`: a row for each platform that BuildKit knows of, or that the worker names. */
export async function platformsCommand(flags: WorkerFlags, terminal: Terminal): Promise<ExitCode> {
  const { signal } = terminal;
  const [info, details] = await withClient(
    flags,
    terminal,
    async (client) => [client.worker, await client.inspect({ signal })] as const,
  );
  const handlers = isHere(details) ? readHandlers(binfmtFolder) : undefined;
  const rows = platformRows(info.platforms, handlers);
  await writeStandardOutput(flags.json === true ? platformsJson(info, rows) : platformsText(info, rows), terminal);
  return 0;
}

/** From what a worker names, its own first: what it runs and how; then what else BuildKit knows of. */
export function platformRows(named: readonly string[], handlers: readonly Handler[] | undefined): PlatformRow[] {
  const platforms = named.map((name) => parsePlatform(name));
  const [own] = platforms;
  const groups = [...new Set(platforms.map(({ os, architecture }) => `${os}/${architecture}`))];
  const known = machines.map(({ architecture }) => `linux/${architecture}`);
  return [...groups, ...known.filter((group) => !groups.includes(group))].map((platform) => {
    const [os, architecture = ""] = platform.split("/");
    const machine = os === "linux" ? machines.find((each) => each.architecture === architecture) : undefined;
    const handler = machine && handlers?.find((each) => handles(each, machine));
    const isOwn = own !== undefined && own.os === os && own.architecture === architecture;
    const isNative = isOwn || (handler === undefined && companions.get(own?.architecture ?? "") === architecture);
    const variants = platforms
      .filter((each) => each.os === os && each.architecture === architecture)
      .flatMap(({ variant }) => (variant === undefined ? [] : [variant]));
    return {
      platform,
      runs: !groups.includes(platform) ? "not" : isNative ? "natively" : "by emulation",
      variants,
      ...(handler === undefined || isNative
        ? {}
        : { handler: { name: handler.name, interpreter: handler.interpreter } }),
    };
  });
}

/** What a processor runs besides its own: there no emulation need be. */
const companions = new Map([
  ["amd64", "386"],
  ["arm64", "arm"],
]);

function platformsText(info: WorkerInfo, rows: readonly PlatformRow[]): string {
  const cells = rows.map(({ platform, runs, variants, handler }) => [
    platform,
    runs,
    runs === "not"
      ? `llbc platforms install ${platform.split("/")[1]}`
      : [...variants, handler?.interpreter ?? ""].filter(Boolean).join(" "),
  ]);
  const table = tabTable([["PLATFORM", "RUNS", ""], ...cells], 3);
  return `${info.description} (${info.origin})\n\n${table.replace(/ +$/gm, "")}`;
}

function platformsJson({ address }: WorkerInfo, platforms: readonly PlatformRow[]): string {
  return `${JSON.stringify({ address, platforms }, undefined, 2)}\n`;
}

/** The kernel's handlers are those of the machine that the worker is on. */
function isHere({ workers }: WorkerDetails): boolean {
  return workers.some(({ labels }) => labels.get("org.mobyproject.buildkit.worker.hostname") === hostname());
}
