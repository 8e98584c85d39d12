import { trimSpace } from "../../trim-space.ts";
import type { SyntaxNode } from "../ast.ts";
import { parseDevice } from "../device.ts";
import { readFlags, refuseFlags } from "../flag-values.ts";
import type {
  CmdInstruction,
  CommandLine,
  Device,
  EntrypointInstruction,
  InlineFile,
  RunInstruction,
  ShellInstruction,
} from "../instruction.ts";
import { parseMounts } from "../mount.ts";
import { type Problem, problem } from "../problem.ts";
import { linesFrom } from "../source-lines.ts";
import { instructionOf, needsArguments } from "./base.ts";

/** RUN with its flags; of the mounts only `from` is read here. */
export function parseRun(node: SyntaxNode): RunInstruction | Problem {
  const flags = readFlags(node.flags, runFlags, "RUN");
  if ("kind" in flags) return flags;
  const devices = parseDevices(flags.list("device"));
  if ("kind" in devices) return devices;
  const mountFlags = flags.list("mount");
  const mounts = parseMounts(mountFlags);
  if ("error" in mounts) return problem("mount", mounts.error, "--mount");
  const network = flags.text("network", "default");
  if (network !== "default" && network !== "none" && network !== "host") {
    return problem("network-mode", `--network is default, none or host, not "${network}"`, "--network");
  }
  const security = flags.text("security", "sandbox");
  if (security !== "sandbox" && security !== "insecure") {
    return problem("security-mode", `--security is sandbox or insecure, not "${security}"`, "--security");
  }
  // Written out: the spread of so many fields costs more than all the rest of the parse.
  return {
    kind: "run",
    name: node.value,
    lines: linesFrom(node.start, node.end),
    comments: node.comments,
    code: trimSpace(node.original),
    cmdLine: node.args,
    files: inlineFiles(node),
    prependShell: !node.json,
    flagsUsed: flags.names,
    mountFlags,
    mounts,
    network,
    security,
    devices,
  };
}

const runFlags = { texts: ["network", "security"], lists: ["mount", "device"] };

function parseDevices(flags: readonly string[]): readonly Device[] | Problem {
  if (flags.length === 0) return noDevices;
  const devices: Device[] = [];
  for (const flag of flags) {
    const device = parseDevice(flag);
    if ("error" in device) return problem("device", device.error, flag);
    devices.push(device);
  }
  return devices;
}

export function parseCmd(node: SyntaxNode): CmdInstruction | Problem {
  return refuseFlags(node.flags, "CMD") ?? instructionOf("cmd", node, commandLine(node));
}

export function parseEntrypoint(node: SyntaxNode): EntrypointInstruction | Problem {
  return refuseFlags(node.flags, "ENTRYPOINT") ?? instructionOf("entrypoint", node, commandLine(node));
}

export function parseShell(node: SyntaxNode): ShellInstruction | Problem {
  const refused = refuseFlags(node.flags, "SHELL");
  if (refused !== undefined) return refused;
  const { args, json } = node;
  if (args.length === 0) return needsArguments("SHELL", '["/bin/bash", "-c"]');
  if (!json) {
    return problem("shell-not-json", 'SHELL takes a JSON list, such as SHELL ["/bin/bash", "-c"]', args[0]);
  }
  return instructionOf("shell", node, { shell: args });
}

function commandLine(node: SyntaxNode): CommandLine {
  return { cmdLine: node.args, files: inlineFiles(node), prependShell: !node.json };
}

function inlineFiles({ heredocs }: SyntaxNode): readonly InlineFile[] {
  if (heredocs.length === 0) return noFiles;
  return heredocs.map(({ name, content, chomp }) => ({ name, data: content, chomp }));
}

const noFiles: readonly InlineFile[] = [];
const noDevices: readonly Device[] = [];
