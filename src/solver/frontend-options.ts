import { Failure } from "../failure.ts";
import type { SolveOptions } from "./solve-options.ts";

/**
 * The options of a build by their names in BuildKit's frontend. What a Docker engine has in its own image store is
 * used without a look at the registry, as Docker does, unless `pull` asks for one.
 */
export function frontendOptions(
  options: SolveOptions,
  protocol: "docker" | "buildkit",
  hostGateway?: string,
): Map<string, string> {
  const attrs = new Map<string, string>();
  if (options.target !== undefined && options.target !== "") attrs.set("target", options.target);
  for (const [name, value] of Object.entries(options.buildArgs ?? {})) attrs.set(`build-arg:${name}`, value);
  for (const [name, value] of Object.entries(options.labels ?? {})) attrs.set(`label:${name}`, value);
  setList(attrs, "platform", options.platforms);
  if (options.noCache === true) attrs.set("no-cache", "");
  else setList(attrs, "no-cache", options.noCacheFilter);
  setList(
    attrs,
    "add-hosts",
    options.addHosts?.map((host) => readHost(host, hostGateway)),
  );
  setList(attrs, "ulimit", options.ulimits);
  if (options.shmSize !== undefined) attrs.set("shm-size", String(options.shmSize));
  if (options.cgroupParent !== undefined) attrs.set("cgroup-parent", options.cgroupParent);
  if (options.network !== undefined && options.network !== "default") {
    attrs.set("force-network-mode", options.network);
  }
  if (options.pull === true) attrs.set("image-resolve-mode", "pull");
  else if (protocol === "docker") attrs.set("image-resolve-mode", "local");
  for (const [name, value] of Object.entries(options.frontendOptions ?? {})) attrs.set(name, value);
  return attrs;
}

function setList(attrs: Map<string, string>, name: string, values: readonly string[] | undefined): void {
  if (values !== undefined && values.length > 0) attrs.set(name, values.join(","));
}

/**
 * `name:address`, as typed, to `name=address`, as BuildKit reads it: an IPv6 address has colons of its own. The address
 * `host-gateway` is the engine's machine, where the engine tells which that is.
 */
function readHost(host: string, hostGateway: string | undefined): string {
  const separator = host.search(/[:=]/);
  if (separator < 0) return host;
  const name = host.slice(0, separator);
  const address = host.slice(separator + 1).replace(/^\[(.*)\]$/, "$1");
  if (address !== "host-gateway") return `${name}=${address}`;
  if (hostGateway !== undefined && hostGateway !== "") return `${name}=${hostGateway}`;
  throw new Failure("usage", `the worker does not tell the address that ${name}:host-gateway stands for`, {
    remedy: "Only Docker engines know one: build on an engine, or give the address.",
  });
}
