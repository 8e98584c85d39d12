import { environment } from "../environment.ts";
import { stateFolder } from "../state-folder.ts";
import type { History } from "./history-store.ts";

/**
 * The history in a folder, else that of this user, where the command line records its builds, too: `llbc/history` in
 * XDG_STATE_HOME, or in the folder for such things of the system. Nothing is read or made yet.
 */
export function openHistory({ folder, env = environment() }: OpenHistoryOptions = {}): History {
  return { folder: folder ?? stateFolder(env, "history") };
}

/** Where {@link openHistory} finds or makes the history. */
export interface OpenHistoryOptions {
  readonly folder?: string | undefined;
  /** Where the folder is looked for; the process's own environment when absent. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}
