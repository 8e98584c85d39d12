import type { ProxyEnv } from "../llb/vertex.ts";
import { compareUtf8 } from "../utf8.ts";

/**
 * The proxies that build arguments name, in any case (of two the last in byte order counts); undefined for none. They
 * reach commands beside the environment, and change no cache key.
 */
export function proxyEnvOf(buildArgs: ReadonlyMap<string, string>): ProxyEnv | undefined {
  const names = [...buildArgs.keys()].filter((name) => proxyNames.has(name.toLowerCase())).sort(compareUtf8);
  if (names.length === 0) return undefined;
  const values = new Map(names.map((name) => [name.toLowerCase(), buildArgs.get(name) ?? ""]));
  return {
    httpProxy: values.get("http_proxy") ?? "",
    httpsProxy: values.get("https_proxy") ?? "",
    ftpProxy: values.get("ftp_proxy") ?? "",
    noProxy: values.get("no_proxy") ?? "",
    allProxy: values.get("all_proxy") ?? "",
  };
}

const proxyNames = new Set(["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"]);
