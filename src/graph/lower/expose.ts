import { expandWords } from "../../parser/expand.ts";
import type { ExposeInstruction } from "../../parser/instruction.ts";
import { changeImage, changeState } from "./change.ts";
import { orThrow } from "./expander.ts";
import { parsePorts } from "./expose-ports.ts";
import { commitToHistory, goList } from "./history.ts";
import type { LowerContext, StageState } from "./state.ts";

/** EXPOSE: the ports that containers of the image listen on. A variable may hold several; one that is unset, none. */
export function lowerExpose(context: LowerContext, state: StageState, instruction: ExposeInstruction): StageState {
  const words = instruction.ports.flatMap((port) => orThrow(expandWords(port, state.env, { escape: context.escape })));
  const ports = words.flatMap((word) => parsePorts(word, context.lint, instruction.lines));
  let { exposedPorts } = state.image;
  for (const port of ports) exposedPorts = exposedPorts.append(port);
  return changeState(state, {
    image: changeImage(state.image, { exposedPorts }),
    history: commitToHistory(context, state, `EXPOSE ${goList(ports)}`, "config"),
  });
}
