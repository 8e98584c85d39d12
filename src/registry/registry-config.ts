import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { RegistryConfig } from "./endpoint.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How this machine reaches registries:
 *
 * - LLBC_REGISTRY_MIRRORS: `docker.io=https://mirror.example, ghcr.io=cache.example/ghcr`, separated by commas or
 *   spaces; several for one domain are asked in this order. A mirror without a domain is one of docker.io.
 * - LLBC_INSECURE_REGISTRIES: `registry.example:5000, …`, spoken to without TLS.
 * - `registry-mirrors` of Docker's `daemon.json`, after the variable's: mirrors of docker.io. A file that is absent or
 *   broken is passed over: it is the engine's, not ours.
 */
export async function readRegistryConfig(env: Environment): Promise<RegistryConfig> {
  const mirrors = new Map<string, string[]>();
  const add = (domain: string, mirror: string) => {
    const known = mirrors.get(domain) ?? [];
    if (!known.includes(mirror)) mirrors.set(domain, [...known, mirror]);
  };
  for (const word of words(env.LLBC_REGISTRY_MIRRORS)) {
    const equals = word.indexOf("=");
    add(equals < 0 ? "docker.io" : word.slice(0, equals), word.slice(equals + 1));
  }
  for (const path of daemonFiles(env)) {
    for (const mirror of await mirrorsOf(path)) add("docker.io", mirror);
  }
  return { mirrors, insecure: words(env.LLBC_INSECURE_REGISTRIES) };
}

function words(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[\s,]+/).filter((word) => word !== "");
}

/** Where engines keep it: for one user, for Docker Desktop, and for the whole machine. */
function daemonFiles(env: Environment): readonly string[] {
  if (process.platform === "win32") {
    return [
      join(env.USERPROFILE || homedir(), ".docker", "daemon.json"),
      join(env.ProgramData || "C:\\ProgramData", "docker", "config", "daemon.json"),
    ];
  }
  const home = env.HOME || homedir();
  return [
    join(env.XDG_CONFIG_HOME || join(home, ".config"), "docker", "daemon.json"),
    join(home, ".docker", "daemon.json"),
    "/etc/docker/daemon.json",
  ];
}

async function mirrorsOf(path: string): Promise<readonly string[]> {
  let root: unknown;
  try {
    root = JSON.parse(await readFile(path, "utf8"));
  } catch {
    return [];
  }
  if (typeof root !== "object" || root === null || !("registry-mirrors" in root)) return [];
  const mirrors = root["registry-mirrors"];
  return Array.isArray(mirrors) ? mirrors.filter((mirror): mirror is string => typeof mirror === "string") : [];
}
