/** What a worker can do, by LLB capability id. Only ids of `llbCaps` can be in a set, as in BuildKit. */
export interface CapSet {
  has(id: string): boolean;
}

/** Every capability on. */
export function fullCapSet(): CapSet {
  return new Set(llbCaps);
}

/** What a worker says it has (the enabled ones); ids that this version does not know are left out. */
export function capSetOf(ids: Iterable<string>): CapSet {
  const known = new Set<string>(llbCaps);
  const set = new Set<string>();
  for (const id of ids) if (known.has(id)) set.add(id);
  return set;
}

/** Everything but the given ids. */
export function capSetWithout(disabled: Iterable<string>): CapSet {
  const set = new Set<string>(llbCaps);
  for (const id of disabled) set.delete(id);
  return set;
}

/**
 * The capabilities that BuildKit of August 2026 knows. `file.copy.modestring` and
 * `exec.meta.removemountstubs.recursive` have ids there too but were never registered: no worker supports them.
 * The spelling `soruce.http.uidgid` is the real one.
 */
export const llbCaps = [
  "source.image",
  "source.image.resolvemode",
  "source.image.layerlimit",
  "source.image.checksum",
  "source.local",
  "source.local.unique",
  "source.local.sessionid",
  "source.local.includepatterns",
  "source.local.followpaths",
  "source.local.excludepatterns",
  "source.local.sharedkeyhint",
  "source.local.differ",
  "source.local.metadatatransfer",
  "source.git",
  "source.git.keepgitdir",
  "source.git.fullurl",
  "source.git.httpauth",
  "source.git.knownsshhosts",
  "source.git.mountsshsock",
  "source.git.subdir",
  "source.git.checksum",
  "source.git.skipsubmodules",
  "source.git.signatureverify",
  "source.git.mtime",
  "source.git.fetchbycommit",
  "source.git.bundle",
  "source.git.checkoutbundle",
  "source.http",
  "source.http.checksum",
  "source.http.perm",
  "source.http.auth",
  "soruce.http.uidgid",
  "source.http.header",
  "source.http.signatureverify",
  "source.imageblob",
  "source.ocilayout",
  "source.buildop.llbfilename",
  "exec.meta.base",
  "exec.meta.cgroup.parent",
  "exec.meta.proxyenv",
  "exec.meta.network",
  "exec.meta.network.proxy",
  "exec.meta.setsdefaultpath",
  "exec.meta.security",
  "exec.meta.security.devices.v1",
  "exec.meta.ulimit",
  "exec.meta.cdi",
  "exec.meta.linux.resources",
  "exec.mount.bind",
  "exec.mount.bind.readwrite-nooutput",
  "exec.mount.cache",
  "exec.mount.cache.sharing",
  "exec.mount.selector",
  "exec.mount.tmpfs",
  "exec.mount.tmpfs.size",
  "exec.mount.secret",
  "exec.mount.ssh",
  "exec.mount.cache.content",
  "exec.cgroup",
  "exec.secretenv",
  "exec.validexitcode",
  "file.base",
  "file.rm.wildcard",
  "file.rm.nofollowsymlink",
  "file.copy.includeexcludepatterns",
  "file.copy.requiredpaths",
  "file.copy.alwaysreplaceexistingdestpaths",
  "file.symlink.create",
  "constraints",
  "platform",
  "meta.ignorecache",
  "meta.description",
  "meta.exportcache",
  "cache.gha",
  "cache.s3",
  "cache.azblob",
  "mergeop",
  "diffop",
  "passthroughop",
  "exporter.image.annotations",
  "exporter.image.attestations",
  "exporter.sourcedateepoch",
  "exporter.multiple",
  "exporter.session",
  "source.policy",
  "source.policy.session",
  "gc.freespacefilter",
  "history.filter",
] as const;
