import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildGraph } from "../../src/graph/build-graph.ts";
import { compile } from "../../src/graph/compile.ts";
import type { FileOp, Op, OpUser } from "../../src/llb/op.ts";
import { optionsOf } from "../conformance/compile-case.ts";
import type { ConformanceCase } from "../conformance/load.ts";
import { build, temporaryFolder } from "./builds.ts";
import type { JudgedCase } from "./explain-judge.ts";
import { testWorker } from "./worker.ts";

/**
 * A realistic case made into one that builds without a network: its images are busyboxes whose shell does nothing but
 * write files that differ each time, at all places that the case copies from; its context holds what it copies. Undefined
 * for cases that need more than that: other systems, sources on the web, agents.
 */
export async function offlineCase(testCase: ConformanceCase<unknown>): Promise<JudgedCase | undefined> {
  const { options } = testCase;
  const dockerfile = Buffer.from(testCase.dockerfile).toString("utf8");
  if (options.buildPlatform !== undefined || options.namedContexts !== undefined || options.images !== undefined)
    return undefined;
  const compiled = await compile(testCase.dockerfile, { ...optionsOf(testCase), targetPlatforms: ["linux/amd64"] });
  const { graph, lookups } = compiled;
  if (graph.vertices.some(({ op }) => !isOffline(op))) return undefined;
  const paths = pathsOf(graph);
  const [inside] = paths.context;
  if (inside === undefined) return undefined;
  const images = lookups.map(({ ref }) => ref.replace(/^docker-image:\/\//, ""));
  const [base, other] = [await shim(testCase.name, paths, "one"), await shim(testCase.name, paths, "other")];
  const named = (ref: string) => Object.fromEntries(images.map((image) => [image, ref]));
  const { target, buildArgs = {}, noCache } = options;
  return {
    name: testCase.name,
    dockerfile,
    files: Object.fromEntries([
      ...paths.context.map((path) => [path, `content of ${path}`] as const),
      ...[...testCase.files].map(([path, content]) => [path, Buffer.from(content).toString("utf8")] as const),
    ]),
    inside,
    insideFolder: paths.context
      .map((path) => path.split("/").slice(0, -1).join("/"))
      .find((folder) => folder.endsWith("folder")),
    bases: named(base),
    otherBases: named(other),
    flags: [
      ...(target === undefined ? [] : ["--target", target]),
      ...Object.entries(buildArgs).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...(Array.isArray(noCache) ? ["--no-cache-filter", noCache.join(",")] : []),
    ],
    solveFlags: secretsOf(graph).flatMap((id) => ["--secret", `id=${id},env=PATH`]),
  };
}

/** RUN needs nothing that a plain worker has not, and sources are images and the context. */
function isOffline(op: Op): boolean {
  if (op.kind === "source") return /^(?:docker-image|local):\/\//.test(op.identifier);
  if (op.kind !== "exec") return true;
  const needsAgent = op.mounts.some(({ ssh }) => ssh !== undefined && !ssh.optional);
  return (
    op.security === "sandbox" &&
    op.network !== "host" &&
    op.cdiDevices.length === 0 &&
    !needsAgent &&
    op.meta.args[0] === "/bin/sh"
  );
}

interface Paths {
  /** Files that the context is to have. */
  readonly context: readonly string[];
  /** Places that are copied out of other stages and images. */
  readonly stages: readonly string[];
  readonly users: readonly string[];
}

function pathsOf(graph: BuildGraph): Paths {
  const context = new Set<string>();
  const stages = new Set<string>();
  const users = new Set<string>();
  const isLocal = (digest = "") => {
    const op = graph.vertex(digest)?.op;
    return op?.kind === "source" && op.identifier.startsWith("local://");
  };
  for (const { op, inputs } of graph.vertices) {
    if (op.kind === "exec") {
      users.add(op.meta.user?.split(":")[0] ?? "");
      for (const { input, selector } of op.mounts) {
        if (input >= 0 && isLocal(inputs[input]?.digest)) context.add(fileAt(selector, !/\.\w+$/.test(selector)));
        else if (selector !== "") stages.add(plain(selector));
      }
    }
    if (op.kind !== "file") continue;
    for (const name of namesIn(op)) users.add(name);
    for (const action of op.actions) {
      if (action.kind !== "copy") continue;
      const included = action.includePatterns.length === 0 ? [""] : action.includePatterns;
      for (const pattern of included) {
        const path = plain(`${action.src}/${pattern}`);
        if (isLocal(inputs[action.secondaryInput]?.digest))
          context.add(fileAt(path, action.dirCopyContents && !/\.\w+$/.test(path)));
        else stages.add(path);
      }
    }
  }
  return {
    context: [...context].filter((path) => path !== "" && ![...context].some((other) => other.startsWith(`${path}/`))),
    stages: [...stages],
    users: [...users].filter((name) => /^[a-z]/.test(name)),
  };
}

/** Wildcards stand for one plain name. */
function plain(path: string): string {
  return `/${path}`
    .replace(/\*+/g, "x")
    .replace(/\?/g, "y")
    .replace(/\[.*?\]/g, "z")
    .replace(/\/+/g, "/")
    .replace(/(.)\/$/, "$1");
}

function fileAt(path: string, isFolder: boolean): string {
  const clean = plain(path).slice(1);
  return isFolder ? `${clean === "" ? "" : `${clean}/`}folder/file` : clean;
}

function namesIn({ actions }: FileOp): readonly string[] {
  const nameOf = (user: OpUser | undefined) => (user !== undefined && "name" in user ? [user.name] : []);
  return actions.flatMap((action) =>
    "owner" in action ? [...nameOf(action.owner?.user), ...nameOf(action.owner?.group)] : [],
  );
}

function secretsOf(graph: BuildGraph): readonly string[] {
  return graph.vertices.flatMap(({ op }) =>
    op.kind === "exec"
      ? [...op.secretEnv.map(({ id }) => id), ...op.mounts.flatMap(({ secret }) => secret?.id ?? [])]
      : [],
  );
}

/** An image with a shell that writes at all places that are copied from, whatever it is told to run. */
async function shim(name: string, { stages, users }: Paths, variant: string): Promise<string> {
  const ref = `${testWorker().registry}/realistic/${name}:${variant}`;
  const folder = temporaryFolder();
  const places = stages.filter((path) => !["/", "/etc/passwd", "/etc/group"].includes(path));
  const write = places.map(
    (path) => `if [ -d ${path} ]; then cat $u > ${path}/made; else cat $u > ${path}; fi 2>/dev/null`,
  );
  writeFileSync(
    join(folder, "sh"),
    ["#!/bin/busybox sh", "u=/proc/sys/kernel/random/uuid", ...write, "cat $u > /ran 2>/dev/null", "exit 0", ""].join(
      "\n",
    ),
    { mode: 0o755 },
  );
  const accounts = users.map((user, index) => `${user}:x:${1000 + index}:${1000 + index}::/:/bin/sh`);
  writeFileSync(
    join(folder, "passwd"),
    `root:x:0:0:root:/root:/bin/sh\n${accounts.map((line) => `${line}\n`).join("")}`,
  );
  writeFileSync(
    join(folder, "group"),
    `root:x:0:\n${users.map((user, index) => `${user}:x:${1000 + index}:\n`).join("")}`,
  );
  const makePlaces = places.map((path) => `mkdir -p ${path}`);
  const dockerfile = [
    "ARG BASE",
    "FROM $BASE",
    "COPY passwd group /etc/",
    `RUN ${[`echo ${variant} > /variant`, ...makePlaces, "[ -e /bin/busybox ] || cp /bin/sh /bin/busybox"].join(" && ")}`,
    "COPY sh /shim",
    'RUN ["/bin/busybox", "mv", "/shim", "/bin/sh"]',
    "",
  ].join("\n");
  writeFileSync(join(folder, "Dockerfile"), dockerfile);
  await build(folder, { tags: [ref], push: true });
  return ref;
}
