import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../failure.ts";
import { ownArchitecture } from "../own-platform.ts";
import type { Terminal } from "../terminal.ts";
import { binfmtFolder, type Handler, handles, readHandlers, register, registration, remove } from "./binfmt.ts";
import type { Machine } from "./machine.ts";
import { findQemu, installQemu, qemuPackage } from "./qemu.ts";

/** This machine, as far as emulation is concerned. */
export interface Host {
  /** Its own architecture, as platforms name it. */
  readonly architecture: string;
  readonly isRoot: boolean;
  readonly handlers: readonly Handler[] | undefined;
  readonly qemu: (machine: Machine) => string | undefined;
}

/** What one machine's programs need, to run here. */
export type MachineState =
  | { readonly kind: "native" }
  | { readonly kind: "ready"; readonly handler: Handler }
  | { readonly kind: "registered-late"; readonly interpreter: string }
  | { readonly kind: "without-qemu" };

/** Rejects with a Failure `usage` where there is no Linux. */
export function readHost(): Host {
  const { platform } = process;
  if (platform !== "linux") {
    throw new Failure("usage", "emulation is set up on Linux only", {
      remedy: "A Docker engine on macOS or Windows brings QEMU with it; elsewhere run this on the worker's machine.",
    });
  }
  return {
    architecture: ownArchitecture,
    isRoot: process.getuid?.() === 0,
    handlers: readHandlers(binfmtFolder),
    qemu: (machine) => findQemu(machine),
  };
}

export function stateOf(machine: Machine, { architecture, handlers = [], qemu }: Host): MachineState {
  if (machine.architecture === architecture) return { kind: "native" };
  const handler = handlers.find((each) => handles(each, machine));
  if (handler !== undefined) return { kind: "ready", handler };
  const interpreter = qemu(machine);
  return interpreter === undefined ? { kind: "without-qemu" } : { kind: "registered-late", interpreter };
}

/** Says what an installation would do, and does nothing of it. */
export async function planInstall(machines: readonly Machine[], host: Host, signal: AbortSignal): Promise<string[]> {
  const states = machines.map((machine) => ({ machine, state: stateOf(machine, host) }));
  const name = states.some(({ state }) => state.kind === "without-qemu") ? await qemuPackage(signal) : undefined;
  const isMissing = (state: MachineState) => state.kind === "registered-late" || state.kind === "without-qemu";
  return [
    ...(states.some(({ state }) => state.kind === "without-qemu")
      ? [`would install ${name ?? "QEMU, of which apt knows no package yet"}`]
      : []),
    ...(host.handlers === undefined && states.some(({ state }) => isMissing(state))
      ? [`would mount binfmt_misc on ${binfmtFolder}`]
      : []),
    ...states.map(({ machine, state }) => {
      if (!isMissing(state)) return settledText(machine, state);
      const path =
        state.kind === "registered-late"
          ? state.interpreter
          : `/usr/bin/qemu-${machine.qemu}${name === "qemu-user-static" ? "-static" : ""}`;
      return `would register ${nameOf(machine)} for ${machine.architecture}: ${path}`;
    }),
  ];
}

/**
 * Has this machine run programs of others: installs QEMU where it is not there yet, and registers it with the kernel.
 * What is there stays as it is. Says each thing that it did.
 */
export async function install(machines: readonly Machine[], host: Host, terminal: Terminal): Promise<void> {
  const say = (line: string): boolean => terminal.stdout.write(`${line}\n`);
  const states = new Map(machines.map((machine) => [machine, stateOf(machine, host)]));
  const needed = machines.filter((machine) => {
    const kind = states.get(machine)?.kind;
    return kind === "registered-late" || kind === "without-qemu";
  });
  if (needed.length > 0) {
    requireRoot(host, "To install and register QEMU");
    if (needed.some((machine) => states.get(machine)?.kind === "without-qemu")) await installQemu(terminal);
    if (host.handlers === undefined) mountBinfmt();
  }
  for (const machine of machines) {
    const state = states.get(machine);
    if (state !== undefined && !needed.includes(machine)) say(settledText(machine, state));
    else say(registerMachine(machine, host));
  }
}

function registerMachine(machine: Machine, host: Host): string {
  const { architecture } = machine;
  const interpreter = host.qemu(machine);
  if (interpreter === undefined) {
    throw new Failure("usage", `the QEMU of this machine's packages has no static program for ${architecture}`, {
      remedy: `Put a static qemu-${machine.qemu} into /usr/local/bin, and run this again.`,
    });
  }
  const name = nameOf(machine);
  register(binfmtFolder, name, machine, interpreter);
  keepForRestart(name, registration(name, machine, interpreter));
  return `${architecture}: registered ${name}, ${interpreter}`;
}

/** Removes what `install` registered, of some machines or, without a list, of all. Says each thing that it did. */
export function uninstall(machines: readonly Machine[] | undefined, host: Host, dryRun: boolean): string[] {
  const { handlers = [] } = host;
  const ours = handlers.filter(({ name }) => name.startsWith(prefix));
  const wanted =
    machines === undefined ? ours : ours.filter(({ name }) => machines.some((each) => nameOf(each) === name));
  if (wanted.length > 0 && !dryRun) requireRoot(host, "To remove QEMU's registrations");
  const lines = wanted.map(({ name, interpreter }) => {
    if (dryRun) return `would remove ${name}, ${interpreter}`;
    remove(binfmtFolder, name);
    rmSync(restartFile(name), { force: true });
    return `removed ${name}, ${interpreter}`;
  });
  const foreign = (machines ?? []).flatMap((machine) => {
    const handler = handlers.find((each) => handles(each, machine) && !each.name.startsWith(prefix));
    return handler === undefined
      ? []
      : [`${machine.architecture} stays: ${handler.name} (${handler.interpreter}) was registered by others`];
  });
  const all = [...lines, ...foreign];
  return all.length === 0 ? ["nothing was registered by llbc"] : all;
}

const prefix = "llbc-";

function nameOf({ qemu }: Machine): string {
  return `${prefix}${qemu}`;
}

function settledText({ architecture }: Machine, state: MachineState): string {
  if (state.kind === "native") return `${architecture}: this machine's own`;
  return state.kind === "ready"
    ? `${architecture}: there already, ${state.handler.name} (${state.handler.interpreter})`
    : "";
}

function requireRoot({ isRoot }: Host, what: string): void {
  if (isRoot) return;
  throw new Failure("usage", `${what} takes root`, {
    remedy: "Run this with sudo; --dry-run shows what it would do.",
  });
}

function mountBinfmt(): void {
  const { status, stderr } = spawnSync("mount", ["-t", "binfmt_misc", "binfmt_misc", binfmtFolder], {
    encoding: "utf8",
  });
  if (status === 0) return;
  throw new Failure("usage", `binfmt_misc cannot be mounted on ${binfmtFolder}: ${(stderr ?? "").trim()}`, {
    remedy: "Load the kernel's module (modprobe binfmt_misc), and run this as root of the machine itself.",
  });
}

/** The kernel forgets its handlers; systemd registers what lies in its folder. */
function keepForRestart(name: string, line: string): void {
  if (!existsSync("/run/systemd/system")) return;
  mkdirSync(restartFolder, { recursive: true });
  writeFileSync(restartFile(name), `${line}\n`);
}

function restartFile(name: string): string {
  return join(restartFolder, `${name}.conf`);
}

const restartFolder = "/etc/binfmt.d";
