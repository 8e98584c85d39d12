import type { ExecMeta, ExecVertex, NetworkMode } from "../../llb/vertex.ts";
import type { Env } from "../../parser/env.ts";
import type { RunInstruction } from "../../parser/instruction.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { changeState } from "./change.ts";
import { commitToHistory, runCommandString } from "./history.ts";
import { locationOf } from "./location.ts";
import { namedCommand } from "./named.ts";
import { runCommand } from "./run-command.ts";
import { runMounts } from "./run-mounts.ts";
import { envWithMaskedSecrets } from "./secret-mask.ts";
import { withShell } from "./shell-form.ts";
import type { LowerContext, StageState } from "./state.ts";
import { instructionText, stepName } from "./step-name.ts";

/**
 * RUN: a command in a container on top of the stage, with what its flags and the options of the build give it. What
 * the worker has no capability for is left out: limits, the parent cgroup, a size for /dev/shm.
 */
export function lowerRun(context: LowerContext, state: StageState, instruction: RunInstruction): StageState {
  // A command may read any file of its file system.
  context.recorder.useOwnPath("/");
  const command = runCommand(instruction, state.image.platform.os);
  const args = instruction.prependShell ? withShell(state.image, command.args) : command.args;
  const { mounts, secrets, ssh } = runMounts(context, state, instruction);
  refuseDevices(context, instruction);
  const resources = context.caps.has("exec.meta.linux.resources") ? context.linuxResources : undefined;
  const vertex: ExecVertex = {
    kind: "exec",
    meta: metaOf(context, state, args),
    mounts: [{ target: "/", source: state.root }, ...command.mounts, ...mounts, ...sharedMemory(context)],
    network: networkOf(instruction, state.network),
    security: instruction.security,
    secrets,
    ssh,
    platform: state.opPlatform,
    metadata: {
      description: namedCommand(nameOf(context, state, instruction, command.label), instruction.code),
      ignoreCache: context.ignoreCache || undefined,
      linuxResources: resources,
    },
    locations: locationOf(context.sourceMap, instruction.lines),
  };
  const message = `RUN ${runCommandString(args, state.buildArgs, state.env)}`;
  return changeState(state, {
    root: { vertex, output: 0 },
    step: state.step + 1,
    history: commitToHistory(context, state, message, "step"),
  });
}

function metaOf(context: LowerContext, state: StageState, args: readonly string[]): ExecMeta {
  const { caps } = context;
  return {
    args,
    env: state.env.toArray(),
    cwd: state.workdir,
    user: state.user,
    hostname: state.hostname,
    extraHosts: context.extraHosts,
    ulimits: caps.has("exec.meta.ulimit") ? context.ulimits : undefined,
    cgroupParent: caps.has("exec.meta.cgroup.parent") ? context.cgroupParent : "",
    proxy: context.proxy,
  };
}

function nameOf(context: LowerContext, state: StageState, instruction: RunInstruction, label: string): string {
  const env: Env = envWithMaskedSecrets(state.env, instruction.mounts);
  // Unlike in COPY, what the shell will read stays as it is written: quotes, and variables that only it knows.
  const text = instructionText(label, env, {
    escape: context.escape,
    budget: context.budget,
    rawQuotes: true,
    skipUnsetEnv: true,
  });
  return stepName(context, state, text, state.opPlatform, state.env);
}

/** `--network=default` leaves the option of the build in force. */
function networkOf(instruction: RunInstruction, fromOptions: NetworkMode): NetworkMode {
  return instruction.network === "default" ? fromOptions : instruction.network;
}

/** Devices are an extension of the language that the stable frontend refuses, where the worker knows them at all. */
function refuseDevices(context: LowerContext, instruction: RunInstruction): void {
  if (instruction.devices.length === 0 || !context.caps.has("exec.meta.cdi")) return;
  throw new InvalidDockerfile("device", "--device is not part of the stable Dockerfile language: remove the flag");
}

function sharedMemory({ shmSize, caps }: LowerContext): ExecVertex["mounts"] {
  if (shmSize <= 0n || !caps.has("exec.mount.tmpfs.size")) return [];
  return [{ target: "/dev/shm", tmpfs: { size: shmSize } }];
}
