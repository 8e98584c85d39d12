import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder for one of the things that llbc keeps: `llbc/NAME` in XDG_CACHE_HOME or `~/.cache`, on macOS in
 * `~/Library/Caches`, on Windows in LOCALAPPDATA.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>, name: string): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "llbc", name);
  const home = env.HOME || homedir();
  if (process.platform === "darwin") return join(home, "Library", "Caches", "llbc", name);
  if (process.platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "llbc", name);
  return join(home, ".cache", "llbc", name);
}
