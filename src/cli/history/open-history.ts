import { stateFolder } from "../../state-folder.ts";
import type { Terminal } from "../terminal.ts";
import type { History } from "./history-store.ts";

/** Where the builds of this user are recorded. */
export function openHistory({ env }: Pick<Terminal, "env">): History {
  return { folder: stateFolder(env, "history") };
}
