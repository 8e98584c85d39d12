import { isIP } from "../../ip-address.ts";
import { parseInt64 } from "../go-numbers.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { reportPort } from "../lint/instruction-checks.ts";
import type { Linter } from "../lint/linter.ts";

/**
 * The ports that a port of EXPOSE stands for, as `number/protocol`. Its full form is
 * `[address:][host port:]port[-last port][/protocol]`; address and host port are checked and dropped.
 * @throws InvalidDockerfile
 */
export function parsePorts(text: string, lint: Linter, lines: readonly number[]): readonly string[] {
  const { ip, hostPort, containerPort } = splitParts(text);
  const [port = "", ...rest] = containerPort.split("/");
  const protocol = rest.join("/") || "tcp";
  if (port === "") throw invalid(text, "it has no port");
  const transport = protocol.toLowerCase();
  if (!transports.has(transport)) throw invalid(text, "the protocol must be tcp, udp or sctp");
  reportPort(lint, lines, text, { ip, hostPort, protocol });
  if (!isAddress(ip)) throw invalid(text, `${ip} is no IP address`);
  const range = parseRange(port);
  if (range === undefined) throw invalid(text, `"${port}" is no port or range of ports from 0 to 65535`);
  if (hostPort !== "") checkHostPorts(text, hostPort, range);
  const ports: string[] = [];
  for (let number = range.first; number <= range.last; number++) ports.push(`${number}/${transport}`);
  return ports;
}

interface PortRange {
  readonly first: number;
  readonly last: number;
}

const transports = new Set(["tcp", "udp", "sctp"]);
const largestPort = 65535n;

/** The last two colons separate; an address may hold more of them. */
function splitParts(text: string): { readonly ip: string; readonly hostPort: string; readonly containerPort: string } {
  const parts = text.split(":");
  const containerPort = parts.pop() ?? "";
  const hostPort = parts.pop() ?? "";
  return { ip: parts.join(":"), hostPort, containerPort };
}

function isAddress(ip: string): boolean {
  if (ip === "") return true;
  const bare = ip.startsWith("[") ? ip.replace(/^\[([^[\]]*)\]$/, "$1") : ip;
  // A zone is no part of an address here; nothing in brackets counts as no address at all.
  return (bare === "" && ip !== bare) || (isIP(bare) && !bare.includes("%"));
}

function checkHostPorts(text: string, hostPort: string, { first, last }: PortRange): void {
  const range = parseRange(hostPort);
  if (range === undefined) throw invalid(text, `"${hostPort}" is no port or range of ports from 0 to 65535`);
  if (range.last - range.first !== last - first && first !== last)
    throw invalid(text, "the two ranges differ in length");
}

function parseRange(text: string): PortRange | undefined {
  const dash = text.indexOf("-");
  const start = dash < 0 ? text : text.slice(0, dash);
  const end = dash < 0 ? start : text.slice(dash + 1);
  const first = parsePort(start);
  const last = start === end ? first : parsePort(end);
  return first === undefined || last === undefined || last < first ? undefined : { first, last };
}

function parsePort(text: string): number | undefined {
  const port = parseInt64(text);
  return port === undefined || port < 0n || port > largestPort ? undefined : Number(port);
}

function invalid(text: string, reason: string): InvalidDockerfile {
  return new InvalidDockerfile("invalid-port", `the port "${text}" of EXPOSE is not valid: ${reason}`);
}
