import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dockerConfigFolder } from "../registry/docker-config.ts";
import { fieldOf, recordOf } from "../solver/json-fields.ts";
import type { Terminal } from "./terminal.ts";

const names = [
  ["httpProxy", "HTTP_PROXY"],
  ["httpsProxy", "HTTPS_PROXY"],
  ["noProxy", "NO_PROXY"],
  ["ftpProxy", "FTP_PROXY"],
] as const;

/**
 * The proxies that Docker's `config.json` has for the containers of an engine, or for those of all, as build arguments:
 * docker buildx gives them to every build. Those that `given` has, in any case, are left out.
 */
export function proxyArgs(
  { env }: Pick<Terminal, "env">,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const proxies = fieldOf(readConfig(env), "proxies");
  const host = env.DOCKER_HOST === undefined || env.DOCKER_HOST === "" ? defaultHost : env.DOCKER_HOST;
  const proxy = recordOf(fieldOf(proxies, host) ?? fieldOf(proxies, "default"));
  const taken = new Set(Object.keys(given).map((name) => name.toUpperCase()));
  const entries = names.flatMap(([field, name]) => {
    const value = proxy[field];
    return typeof value === "string" && value !== "" && !taken.has(name) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

const defaultHost = "unix:///var/run/docker.sock";

/** A file that cannot be read is told of by those who need it. */
function readConfig(env: Terminal["env"]): unknown {
  try {
    return JSON.parse(readFileSync(join(dockerConfigFolder(env), "config.json"), "utf8"));
  } catch {
    return undefined;
  }
}
