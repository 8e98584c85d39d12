import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder for what llbc keeps from one build to the next and cannot make again: `llbc/NAME` in XDG_STATE_HOME or
 * `~/.local/state`, on macOS in `~/Library/Application Support`, on Windows in LOCALAPPDATA.
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>>, name: string): string {
  if (env.XDG_STATE_HOME) return join(env.XDG_STATE_HOME, "llbc", name);
  const home = env.HOME || homedir();
  if (process.platform === "darwin") return join(home, "Library", "Application Support", "llbc", name);
  if (process.platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "llbc", name);
  return join(home, ".local", "state", "llbc", name);
}
