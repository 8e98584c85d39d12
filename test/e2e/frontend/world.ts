import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Op } from "../../../src/llb/op.ts";
import { unmarshal } from "../../../src/llb/unmarshal.ts";
import type { SolveOptions } from "../../../src/solver/solve-options.ts";
import type { ConformanceCase, ExpectedCompilation } from "../../conformance/load.ts";
import { type ImageFile, packLayer, pushImage } from "./push-image.ts";
import { webChecksum } from "./web.ts";

/** The parts of a test worker that a world is made from. */
export interface WorldSite {
  readonly registry: string;
  readonly programs: string;
  /** Where a web server answers every path, such as `http://127.0.0.1:1234`. */
  readonly web: string;
}

const architectures = ["amd64", "arm64"] as const;

/**
 * Makes a world in which a case of the conformance set builds without network: every image that it looks up is there,
 * with the config that the case gives it and with whatever the steps read, and its shell does nothing, successfully.
 * Writes the files that are read of the context, and returns the options of a build in that world.
 */
export async function makeWorld(
  testCase: ConformanceCase<ExpectedCompilation>,
  site: WorldSite,
  context: string,
): Promise<SolveOptions> {
  const needs = needsOf(testCase);
  writeContext(testCase, needs, context, site.web);
  const namedContexts: Record<string, string> = {};
  for (const [name, value] of Object.entries(testCase.options.namedContexts ?? {})) {
    if (value.startsWith("docker-image://")) {
      namedContexts[name] = `docker-image://${await pushWorld(site, needs, configOf(testCase, "none"))}`;
    } else {
      // A repository or an archive has the files in it that a folder can have as well.
      const folder = `${context}.${name.replace(/[^a-z0-9]/gi, "-")}`;
      const files = new Map(Object.entries(testCase.options.contextFiles?.[value.replace(/^local:/, "")] ?? {}));
      writeFiles(needs.paths, files, folder);
      namedContexts[name] = folder;
    }
  }
  for (const ref of needs.images) {
    if (ref in namedContexts || familiar(ref) in namedContexts || isStandIn(testCase, ref)) continue;
    const config = configOf(testCase, ref);
    namedContexts[familiar(ref)] = `docker-image://${await pushWorld(site, needs, config)}`;
  }
  const secrets = Object.fromEntries([...needs.secrets].map((id) => [id, { data: Buffer.from("secret") }]));
  return { ...optionsOf(testCase), namedContexts, secrets };
}

interface Needs {
  readonly images: ReadonlySet<string>;
  readonly paths: ReadonlySet<string>;
  readonly programs: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

function needsOf({ expected }: ConformanceCase<ExpectedCompilation>): Needs {
  const needs = {
    images: new Set<string>(),
    paths: new Set<string>(),
    programs: new Set(["/bin/sh", "/bin/bash", "/bin/ash"]),
    users: new Set<string>(),
    secrets: new Set<string>(),
  };
  for (const { ref } of expected.lookups ?? []) {
    if (ref.startsWith("docker-image://")) needs.images.add(ref.slice("docker-image://".length));
  }
  for (const { definition } of expected.platforms ?? []) {
    if (definition === "") continue;
    for (const op of unmarshal(Buffer.from(definition, "base64")).ops) addNeeds(needs, op);
  }
  return needs;
}

interface GrowingNeeds {
  readonly paths: Set<string>;
  readonly programs: Set<string>;
  readonly users: Set<string>;
  readonly secrets: Set<string>;
}

function addNeeds(needs: GrowingNeeds, op: Op): void {
  if (op.kind === "exec") {
    const [program = "/bin/sh"] = op.meta.args;
    needs.programs.add(program.includes("/") ? program : `/bin/${program}`);
    for (const user of (op.meta.user ?? "").split(":")) addUser(needs.users, user);
    for (const { id } of op.secretEnv) needs.secrets.add(id);
    for (const { selector, secret } of op.mounts) {
      if (selector !== "") needs.paths.add(selector);
      if (secret !== undefined) needs.secrets.add(secret.id);
    }
  }
  if (op.kind !== "file") return;
  for (const action of op.actions) {
    if ("owner" in action) {
      for (const user of [action.owner?.user, action.owner?.group]) {
        if (user !== undefined && "name" in user) addUser(needs.users, user.name);
      }
    }
    if (action.kind !== "copy") continue;
    const included = action.includePatterns.filter((pattern) => !pattern.startsWith("!"));
    for (const path of [action.src, ...included.map((pattern) => join(action.src, pattern))]) needs.paths.add(path);
  }
}

function addUser(users: Set<string>, name: string): void {
  if (name !== "" && !/^\d+$/.test(name)) users.add(name);
}

function writeContext(
  { dockerfile, files }: ConformanceCase<unknown>,
  { paths }: Needs,
  folder: string,
  web: string,
): void {
  writeFiles(paths, files, folder);
  // The worker's own frontend would look for the image that a syntax line names; its place is kept.
  const text = Buffer.from(dockerfile)
    .toString("latin1")
    .replace(/^#\s*syntax\s*=/i, "# no syntax:")
    .replace(/https?:\/\/files\.example\.com/g, web)
    .replace(/--checksum=sha256:[0-9a-f]{64}/g, `--checksum=${webChecksum}`);
  writeFileSync(join(folder, "Dockerfile"), Buffer.from(text, "latin1"));
}

function writeFiles(paths: ReadonlySet<string>, more: ReadonlyMap<string, string | Uint8Array>, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of pathFiles(paths)) {
    const path = join(folder, file.path);
    mkdirSync(file.content === undefined ? path : dirname(path), { recursive: true });
    if (file.content === undefined) continue;
    writeFileSync(path, file.content);
    utimesSync(path, 0, 0);
  }
  for (const [name, content] of more) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** Whether an image is looked up because a context of that name stands for another. */
function isStandIn({ options }: ConformanceCase<unknown>, ref: string): boolean {
  return Object.values(options.namedContexts ?? {}).some((value) => value.includes(familiar(ref)));
}

/** What a pattern finds: a path with a name of its own in each place where it leaves one open. */
function pathFiles(paths: ReadonlySet<string>): ImageFile[] {
  const plain = [...paths].map((path) =>
    path
      .replace(/\*\*/g, "x")
      .replace(/[*?]/g, "x")
      .replace(/\[[^\]]*\]/g, "x")
      .replace(/^\/*/, "/")
      .replace(/\/+$/, ""),
  );
  const folders = new Set(plain.flatMap(parents));
  const files: ImageFile[] = [];
  for (const path of new Set([...folders, ...plain])) {
    if (path === "" || path === "/") continue;
    const isFile = !folders.has(path) && /\.\w+$/.test(path);
    files.push(isFile ? { path, content: `${path}\n` } : { path });
    if (!isFile && !folders.has(path)) files.push({ path: `${path}/inside.txt`, content: `${path}\n` });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function parents(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

async function pushWorld(site: WorldSite, needs: Needs, config: Readonly<Record<string, unknown>>): Promise<string> {
  const own = await packLayer([
    ...[...needs.programs].map((path) => ({ path, mode: 0o755, content: "#!/bin/busybox true\n" })),
    {
      path: "/etc/passwd",
      content: accounts(["root", ...needs.users], (name, id) => `${name}:x:${id}:${id}::/:/bin/sh`),
    },
    { path: "/etc/group", content: accounts(["root", ...needs.users], (name, id) => `${name}:x:${id}:`) },
    ...pathFiles(needs.paths),
  ]);
  const platforms = [];
  for (const architecture of architectures) {
    platforms.push({ os: "linux", architecture, layers: [await shellLayer(site, architecture), own], config });
  }
  const tag = createHash("sha256").update(own).update(JSON.stringify(config)).digest("hex").slice(0, 24);
  return pushImage(site.registry, "world", tag, platforms);
}

function accounts(names: readonly string[], line: (name: string, id: number) => string): string {
  return names.map((name, index) => `${line(name, index === 0 ? 0 : 999 + index)}\n`).join("");
}

const shells = new Map<string, Promise<Buffer>>();

function shellLayer({ programs }: WorldSite, architecture: string): Promise<Buffer> {
  const known = shells.get(architecture);
  if (known !== undefined) return known;
  const content = readFileSync(join(programs, `busybox-${architecture}/usr/bin/busybox`));
  const folders = ["bin", "dev", "etc", "proc", "root", "sys"].map((path) => ({ path }));
  const layer = packLayer([...folders, { path: "tmp", mode: 0o1777 }, { path: "bin/busybox", mode: 0o755, content }]);
  shells.set(architecture, layer);
  return layer;
}

function configOf({ options }: ConformanceCase<unknown>, ref: string): Readonly<Record<string, unknown>> {
  const given = Object.entries(options.images ?? {}).find(([key]) => key === ref || key.startsWith(`${ref}|`));
  const config = given?.[1] !== undefined && "config" in given[1] ? { ...given[1].config } : undefined;
  return config ?? { config: { Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] } };
}

/** The name under which a context stands for an image. */
function familiar(ref: string): string {
  return ref
    .replace(/^docker\.io\/library\/|^docker\.io\//, "")
    .replace(/@.*$/, "")
    .replace(/:latest$/, "");
}

function optionsOf({ options }: ConformanceCase<unknown>): SolveOptions {
  const raw: Record<string, string> = { ...options.rawOptions };
  for (const [name, value] of Object.entries(options.resources ?? {}))
    raw[name.toLowerCase().replace("memoryswap", "memswap")] = String(value);
  if (options.hostname !== undefined) raw.hostname = options.hostname;
  if (options.multiPlatform !== undefined) raw["multi-platform"] = String(options.multiPlatform);
  return {
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(options.labels === undefined ? {} : { labels: options.labels }),
    ...(options.targetPlatforms === undefined
      ? {}
      : { platforms: options.targetPlatforms.filter((platform) => /^linux\/(amd64|arm64)$/.test(platform)) }),
    ...(options.addHosts === undefined ? {} : { addHosts: options.addHosts }),
    // A worker in a container may not lift limits of its own.
    ...(options.ulimits === undefined ? {} : { ulimits: options.ulimits.filter((limit) => !limit.includes("-1")) }),
    ...(options.networkMode === undefined ? {} : { network: options.networkMode }),
    ...(options.shmSize === undefined ? {} : { shmSize: options.shmSize }),
    ...(options.cgroupParent === undefined ? {} : { cgroupParent: options.cgroupParent }),
    ...(options.noCache === true ? { noCache: true } : {}),
    ...(Array.isArray(options.noCache) ? { noCacheFilter: options.noCache } : {}),
    frontendOptions: raw,
    entitlements: ["network.host", "security.insecure"],
    buildArgs: {
      SOURCE_DATE_EPOCH: options.sourceDateEpoch ?? "1700000000",
      ...options.buildArgs,
      ...(options.cacheMountNamespace === undefined ? {} : { BUILDKIT_CACHE_MOUNT_NS: options.cacheMountNamespace }),
      ...(options.check === undefined ? {} : { BUILDKIT_DOCKERFILE_CHECK: options.check }),
    },
  };
}
