import type { StopsignalInstruction } from "../../parser/instruction.ts";
import { parseInt64 } from "../go-numbers.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { changeImage, changeState } from "./change.ts";
import { commitToHistory } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** STOPSIGNAL: what ends a container of the image: a name, with or without SIG, or any number but zero. */
export function lowerStopsignal(
  context: LowerContext,
  state: StageState,
  instruction: StopsignalInstruction,
): StageState {
  const { signal } = instruction;
  if (!isSignal(signal)) {
    throw new InvalidDockerfile("invalid-signal", `"${signal}" is no signal; name one, such as SIGTERM, or its number`);
  }
  return changeState(state, {
    image: changeImage(state.image, { stopSignal: signal }),
    history: commitToHistory(context, state, `STOPSIGNAL ${signal}`, "config"),
  });
}

function isSignal(text: string): boolean {
  const number = parseInt64(text);
  if (number !== undefined) return number !== 0n;
  const name = text.toUpperCase().replace(/^SIG/, "");
  if (signalNames.has(name)) return true;
  const realTime = /^RT(?:MIN\+|MAX-)([1-9][0-9]?)$/.exec(name);
  return realTime !== null && Number(realTime[1]) <= (name.startsWith("RTMIN") ? 15 : 14);
}

/** The signals of Linux, whatever the platform of the image. */
const signalNames = new Set(
  (
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP " +
    "TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX"
  ).split(" "),
);
