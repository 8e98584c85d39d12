import { describe, expect, test } from "vitest";
import { build, contextWith, dockerfileText, ranSteps, sliceNames } from "./builds.ts";
import { run, testWorker } from "./worker.ts";

const platforms = ["linux/amd64", "linux/arm64"];

describe.each(sliceNames())("%s", (name) => {
  test("after docker buildx built it, we run nothing", async () => {
    const context = contextWith(dockerfileText(name), { fresh: true });
    await buildx(context);
    const ours = await build(context, { platforms });
    expect(ranSteps(ours)).toEqual([]);
  });

  test("after we built it, docker buildx runs nothing", async () => {
    const context = contextWith(dockerfileText(name), { fresh: true });
    const ours = await build(context, { platforms });
    expect(ranSteps(ours).length).toBeGreaterThan(0);
    const printed = await buildx(context);
    expect(stepsNotCached(printed)).toEqual([]);
  });
});

async function buildx(context: string): Promise<string> {
  const done = await run("docker-buildx", [
    ...["build", context, "--platform", platforms.join(","), "--provenance=false", "--progress=plain"],
    ...["--build-arg", `BASE=${testWorker().base}`],
  ]);
  expect(done.code, done.stderr).toBe(0);
  return done.stderr;
}

/**
 * Of the plain progress of buildx, the steps `#N [… n/m] …` that did not end with `#N CACHED`. An image that was only
 * looked up, and of which nothing was fetched or unpacked, did not run.
 */
function stepsNotCached(printed: string): string[] {
  const steps = new Map(
    [...printed.matchAll(/^#(\d+) (\[(?!.*internal\]).*)$/gm)].map((match) => [match[1], match[2] ?? ""]),
  );
  expect(steps.size).toBeGreaterThan(1);
  const cached = new Set([...printed.matchAll(/^#(\d+) CACHED$/gm)].map((match) => match[1]));
  const moved = new Set([...printed.matchAll(/^#(\d+) (?:sha256:|extracting )/gm)].map((match) => match[1]));
  return [...steps]
    .filter(([index, name]) => !cached.has(index) && (!name.includes("] FROM ") || moved.has(index)))
    .map(([, name]) => name);
}
