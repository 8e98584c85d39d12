import type { Instruction } from "../../parser/instruction.ts";
import { lowerAdd } from "./add.ts";
import { lowerArg } from "./arg.ts";
import { lowerCmd } from "./cmd.ts";
import { lowerCopy } from "./copy.ts";
import { lowerEntrypoint } from "./entrypoint.ts";
import { lowerEnv } from "./env.ts";
import { lowerExpose } from "./expose.ts";
import { lowerHealthcheck } from "./healthcheck.ts";
import { lowerLabel } from "./label.ts";
import { lowerMaintainer } from "./maintainer.ts";
import { lowerOnbuild } from "./onbuild.ts";
import { lowerRun } from "./run.ts";
import { lowerShell } from "./shell.ts";
import type { LowerContext, StageState } from "./state.ts";
import { lowerStopsignal } from "./stopsignal.ts";
import { lowerUser } from "./user.ts";
import { lowerVolume } from "./volume.ts";
import { lowerWorkdir } from "./workdir.ts";

/**
 * The stage after an instruction whose words are expanded.
 * @throws InvalidDockerfile
 */
export function lowerInstruction(context: LowerContext, state: StageState, instruction: Instruction): StageState {
  switch (instruction.kind) {
    case "add":
      return lowerAdd(context, state, instruction);
    case "arg":
      return lowerArg(context, state, instruction);
    case "cmd":
      return lowerCmd(context, state, instruction);
    case "copy":
      return lowerCopy(context, state, instruction);
    case "entrypoint":
      return lowerEntrypoint(context, state, instruction);
    case "env":
      return lowerEnv(context, state, instruction);
    case "expose":
      return lowerExpose(context, state, instruction);
    case "healthcheck":
      return lowerHealthcheck(context, state, instruction);
    case "label":
      return lowerLabel(context, state, instruction);
    case "maintainer":
      return lowerMaintainer(context, state, instruction);
    case "onbuild":
      return lowerOnbuild(context, state, instruction);
    case "run":
      return lowerRun(context, state, instruction);
    case "shell":
      return lowerShell(context, state, instruction);
    case "stopsignal":
      return lowerStopsignal(context, state, instruction);
    case "user":
      return lowerUser(context, state, instruction);
    case "volume":
      return lowerVolume(context, state, instruction);
    case "workdir":
      return lowerWorkdir(context, state, instruction);
  }
}
