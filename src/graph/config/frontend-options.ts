import type { CompileOptions, ResourceOptions } from "../compile-options.ts";

/**
 * The options as BuildKit's frontend takes them: texts by name (`target`, `build-arg:NAME`, `context:NAME`, …). The
 * raw ones are taken as they are and win.
 */
export function frontendOptions(options: CompileOptions): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  const set = (key: string, value: string | number | bigint | boolean | undefined) => {
    if (value !== undefined) map.set(key, String(value));
  };
  const setAll = (prefix: string, values: Readonly<Record<string, string>> | undefined) => {
    if (!values) return;
    for (const [name, value] of Object.entries(values)) map.set(prefix + name, value);
  };
  set("platform", options.targetPlatforms?.join(","));
  set("multi-platform", options.multiPlatform);
  set("target", options.target);
  set("hostname", options.hostname);
  set("force-network-mode", options.networkMode);
  set("cgroup-parent", options.cgroupParent);
  set("shm-size", options.shmSize);
  set("image-resolve-mode", options.imageResolveMode);
  set("add-hosts", options.addHosts?.map(csvField).join(","));
  set("ulimit", options.ulimits?.map(csvField).join(","));
  setResources(set, options.resources);
  if (options.noCache !== undefined && options.noCache !== false) {
    map.set("no-cache", options.noCache === true ? "" : options.noCache.join(","));
  }
  set("filename", options.filename);
  set("context", options.context);
  setAll("build-arg:", options.buildArgs);
  set("build-arg:SOURCE_DATE_EPOCH", options.sourceDateEpoch);
  set("build-arg:BUILDKIT_CACHE_MOUNT_NS", options.cacheMountNamespace);
  set("build-arg:BUILDKIT_DOCKERFILE_CHECK", options.check);
  setAll("label:", options.labels);
  setAll("context:", options.namedContexts);
  setAll("sharedkey:localdir:", options.sharedKeys);
  setAll("local-sessionid:", options.localSessionIds);
  setAll("", options.rawOptions);
  return map;
}

function setResources(
  set: (key: string, value: string | number | bigint | undefined) => void,
  resources: ResourceOptions | undefined,
): void {
  set("memory", resources?.memory);
  set("memswap", resources?.memorySwap);
  set("cpushares", resources?.cpuShares);
  set("cpuperiod", resources?.cpuPeriod);
  set("cpuquota", resources?.cpuQuota);
  set("cpusetcpus", resources?.cpusetCpus);
  set("cpusetmems", resources?.cpusetMems);
}

/** Quoted only where it must be, so that what is not one field stays as wrong as it was. */
function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
