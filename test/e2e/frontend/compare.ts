import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { SolveEvent } from "../../../src/solver/events.ts";
import { solve } from "../../../src/solver/solve.ts";
import type { SolveOptions } from "../../../src/solver/solve-options.ts";
import type { ConformanceCase, ExpectedCompilation } from "../../conformance/load.ts";
import { type TestWorker, testWorker } from "../worker.ts";
import { makeWorld } from "./world.ts";

/** What a build shows of itself. */
export interface Shown {
  /** The steps of the Dockerfile, by digest, in the order of the digests; with one platform also by name. */
  readonly steps: readonly string[];
  readonly image: string | undefined;
  readonly warnings: readonly string[];
}

export interface Comparison {
  readonly expected: Shown;
  readonly actual: Shown;
}

/**
 * Builds a case twice with the same session id (it is part of local sources), in a world that is made for it: by the
 * frontend of the image, and by the worker's own or, where that is too old for the Dockerfile, by llbc from outside.
 */
export async function compareBuilds(
  testCase: ConformanceCase<ExpectedCompilation>,
  frontend: string,
  web: string,
  reference: "worker" | "llbc",
): Promise<Comparison> {
  const worker = testWorker();
  const folder = mkdtempSync(join(tmpdir(), "llbc-world-"));
  try {
    const context = join(folder, "context");
    const options = {
      ...(await makeWorld(testCase, { ...worker, web }, context)),
      sessionId: randomBytes(12).toString("hex"),
    };
    const bySyntax = { ...options.buildArgs, BUILDKIT_SYNTAX: frontend };
    const own = reference === "worker" ? { frontend: "dockerfile.v0" } : {};
    const expected = await show(worker, context, { ...options, ...own });
    const actual = await show(worker, context, { ...options, frontend: "dockerfile.v0", buildArgs: bySyntax });
    return { expected, actual };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function show(worker: TestWorker, context: string, options: SolveOptions): Promise<Shown> {
  const warnings: string[] = [];
  const onEvent = (event: SolveEvent) => {
    if (event.kind === "warning") warnings.push(`${event.message} ${JSON.stringify(event.ranges)} ${event.url}`);
  };
  const dest = new Writable({ write: (_chunk, _encoding, done) => done() });
  const result = await solve(context, {
    ...options,
    addr: worker.dockerHost,
    // It names the frontend, and would be the one thing to differ.
    attestations: { provenance: false },
    outputs: [{ type: "oci", dest }],
    onEvent,
  });
  // What several platforms share is told under the name that came first.
  const named = (options.platforms?.length ?? 1) === 1;
  const steps = result.timings
    .filter(({ name }) => isStep(name))
    .map(({ digest, name }) => (named ? `${digest} ${name}` : digest))
    .sort();
  return { steps, image: result.digest, warnings: warnings.sort() };
}

/**
 * Images are left out: their digests are part of those of the steps on top, and a worker that finds the steps in its
 * cache need not look at them.
 */
function isStep(name: string): boolean {
  return !/\binternal\]|load metadata for |^\[auth\]|^exporting |^importing |^resolve |^merging |^docker-image:|^\[context [^\]]*\] \S+$/.test(
    name,
  );
}
