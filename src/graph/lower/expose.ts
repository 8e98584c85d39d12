import { expandWords } from "../../parser/expand.ts";
import type { ExposeInstruction } from "../../parser/instruction.ts";
import { AppendList } from "../append-list.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { changeImage, changeState } from "./change.ts";
import { orThrow } from "./expander.ts";
import { parsePorts } from "./expose-ports.ts";
import { commitToHistory, goList } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** Every port of the three protocols, with room for repetition. */
const mostPorts = 4 * 65_536;

/** EXPOSE: the ports that containers of the image listen on. A variable may hold several; one that is unset, none. */
export function lowerExpose(context: LowerContext, state: StageState, instruction: ExposeInstruction): StageState {
  const words = instruction.ports.flatMap((port) =>
    orThrow(expandWords(port, state.env, { escape: context.escape, budget: context.budget })),
  );
  const ports: string[] = [];
  for (const word of words) {
    for (const port of parsePorts(word, context.lint, instruction.lines)) ports.push(port);
    if (ports.length > mostPorts) throw new InvalidDockerfile("too-large", "EXPOSE lists the same ports over and over");
  }
  let exposedPorts = state.image.exposedPorts.appendAll(ports);
  if (exposedPorts.length > mostPorts) exposedPorts = AppendList.of(new Set(exposedPorts));
  return changeState(state, {
    image: changeImage(state.image, { exposedPorts }),
    history: commitToHistory(context, state, `EXPOSE ${goList(ports)}`, "config"),
  });
}
