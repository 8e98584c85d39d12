import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { SolveEvent } from "../../src/solver/events.ts";
import { solve } from "../../src/solver/solve.ts";
import type { SolveOptions, SolveResult } from "../../src/solver/solve-options.ts";
import { testWorker } from "./worker.ts";

const dockerfiles = fileURLToPath(new URL("./dockerfiles/", import.meta.url));
const contextFolder = fileURLToPath(new URL("./context/", import.meta.url));

/** The Dockerfiles of `dockerfiles/`, by name. All build from the argument BASE and from the files of `context/`. */
export function sliceNames(): string[] {
  return readdirSync(dockerfiles)
    .map((file) => file.replace(/\.Dockerfile$/, ""))
    .sort();
}

/** A folder for one test, gone after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "llbc-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * A copy of the shared context with the given Dockerfile; where `fresh` says so, with a step in its first stage and a
 * file that no cache has seen.
 */
export function contextWith(dockerfile: string, { fresh = false } = {}): string {
  const folder = temporaryFolder();
  cpSync(contextFolder, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  const text = randomBytes(16).toString("hex");
  if (fresh) writeFileSync(join(folder, "a.txt"), text);
  writeFileSync(join(folder, "Dockerfile"), fresh ? dockerfile.replace(/^FROM .*$/m, `$&\nRUN : ${text}`) : dockerfile);
  return folder;
}

export function dockerfileText(name: string): string {
  return readFileSync(join(dockerfiles, `${name}.Dockerfile`), "utf8");
}

export interface Build extends SolveResult {
  readonly events: readonly SolveEvent[];
  /** What the steps wrote, as text. */
  readonly log: string;
}

/** Builds on the test worker with BASE set, and keeps the events. */
export async function build(input: Parameters<typeof solve>[0], options: SolveOptions = {}): Promise<Build> {
  const worker = testWorker();
  const events: SolveEvent[] = [];
  const result = await solve(input, {
    addr: worker.dockerHost,
    ...options,
    buildArgs: { BASE: worker.base, ...options.buildArgs },
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  const logs = events.flatMap((event) => (event.kind === "log" ? [Buffer.from(event.data)] : []));
  return { ...result, events, log: Buffer.concat(logs).toString() };
}

/**
 * The Dockerfile's own vertices as the worker reported them: names by digest. Names are without their platform: of a
 * vertex that two platforms share, the worker shows the name that reached it first.
 */
export function reportedVertices(result: SolveResult): Readonly<Record<string, string>> {
  const own = result.timings.filter(isOwn);
  return Object.fromEntries(own.map(({ digest, name }) => [digest, name.replace(/^\[[a-z]+\/\S+ /, "[")]));
}

/**
 * The names of vertices that ran, cached ones and the worker's internal ones left out. An image is always looked up,
 * which the worker tells as a run of its vertex: it ran when it fetched or unpacked a layer.
 */
export function ranSteps(result: Build): string[] {
  const moved = new Set(
    result.events.flatMap((event) =>
      event.kind === "progress" && /^(sha256:|extracting)/.test(event.id) ? [event.vertex] : [],
    ),
  );
  return result.timings
    .filter((timing) => isOwn(timing) && timing.state === "completed")
    .filter((timing) => !/\] FROM |^\[context /.test(timing.name) || moved.has(timing.digest))
    .map((timing) => timing.name);
}

function isOwn({ name }: { readonly name: string }): boolean {
  return !/\binternal\]|^\[auth\]|^exporting |^importing |^resolve |^merging /.test(name);
}
