import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Explanation } from "../../src/graph/explain/explain.ts";
import { llbc } from "../cli/rig.ts";
import { build, temporaryFolder } from "./builds.ts";
import { edits, type JudgedCase, judge } from "./explain-judge.ts";
import { secondWorker } from "./second-worker.ts";
import { run, testWorker } from "./worker.ts";

// What a developer's build looks like: dependencies, sources, a build, a small result. No RUN gives the same files twice.
const dockerfile = `FROM tools AS build
ARG MODE=release
WORKDIR /app
COPY package.json ./
RUN cat package.json /proc/sys/kernel/random/uuid > installed
COPY src ./src
ENV TARGET=web
RUN --mount=type=bind,source=config,target=/config \\
    --mount=type=cache,target=/cache \\
    cat src/* /config/* /proc/sys/kernel/random/uuid > out
FROM tools
RUN echo runtime > /runtime
COPY *.md /docs/
COPY --from=build --link /app/out /out
RUN cat /out > /all
`;

test("what is said of a build before it is what it then does, and the cause is the edit", async () => {
  const { base, registry } = testWorker();
  const other = `${registry}/explain/other-base`;
  const folder = temporaryFolder();
  writeFileSync(join(folder, "Dockerfile"), "ARG BASE\nFROM $BASE\nRUN echo other > /other\n");
  await build(folder, { tags: [other], push: true });
  const judged: JudgedCase = {
    name: "app",
    dockerfile,
    files: { "package.json": "{}", "src/a.c": "a", "src/b.c": "b", "config/settings": "fast", "README.md": "read" },
    inside: "src/a.c",
    insideFolder: "src",
    bases: { tools: base },
    otherBases: { tools: other },
  };
  const { steps, ran, conditional, misses } = await judge(judged, edits);
  expect(misses).toEqual([]);
  expect(steps).toBeGreaterThan(150);
  expect(ran).toBeGreaterThan(40);
  expect(conditional).toBe(0);
  // Some forty builds: more than others have time for, where a machine is busy.
}, 300_000);

test("a moved tag, a pruned cache, --no-cache, another platform and another worker are told before the build", async () => {
  const other = await secondWorker();
  const { dockerHost: addr, base, registry } = testWorker();
  const tag = `${registry}/explain/moving`;
  await move(tag, base, "one");
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "Dockerfile"),
    "FROM tools\nCOPY Dockerfile /\nRUN cat /proc/sys/kernel/random/uuid > /id\n",
  );
  const env = { XDG_STATE_HOME: temporaryFolder(), XDG_CACHE_HOME: temporaryFolder() };
  const at = ["--build-context", `tools=docker-image://${tag}`, "--addr"];
  const solve = (...flags: string[]) =>
    llbc(folder, ["solve", ".", "--progress", "none", ...at, addr, ...flags], { env });
  const said = async (...flags: string[]) => {
    const { out, err } = await llbc(folder, ["explain", ".", "--json", ...at, ...flags], { env });
    expect(err).toBe("");
    const { vertices }: Explanation = JSON.parse(out);
    return causesOf(vertices);
  };
  await solve();
  expect(await said(addr)).toEqual({});
  expect(await said(addr, "--no-cache")).toEqual({ COPY: "no-cache", RUN: "no-cache" });
  expect(await said(addr, "--platform", "linux/arm64")).toMatchObject({
    FROM: "platform",
    COPY: "input",
    RUN: "platform,input",
  });
  const elsewhere = await said(other.dockerHost);
  expect(elsewhere).toMatchObject({ COPY: expect.stringContaining("input"), RUN: expect.stringContaining("input") });
  expect(elsewhere.FROM).toBe("worker");

  await llbc(folder, ["prune", "--all", "--force", "--addr", addr], { env });
  expect(await said(addr)).toEqual({ COPY: "pruned", RUN: "pruned" });
  expect(await said(addr, "--offline")).toEqual({});
  await solve();
  const [last] = JSON.parse((await llbc(folder, ["history", "ls", "--json"], { env })).out);
  expect(last.ran).toBeGreaterThanOrEqual(2);
  expect(await said(addr)).toEqual({});

  await move(tag, base, "other");
  expect(await said(addr)).toEqual({ FROM: "source", COPY: "input", RUN: "input" });
});

test("the example builds, records and explains", async () => {
  const { dockerHost, base } = testWorker();
  const folder = temporaryFolder();
  writeFileSync(join(folder, "Dockerfile"), `FROM ${base}\nCOPY a /a\nRUN cat /a > /b\n`);
  writeFileSync(join(folder, "a"), folder);
  writeFileSync(join(folder, ".dockerignore"), "Dockerfile\n");
  const script = fileURLToPath(new URL("../../examples/why/why.mjs", import.meta.url));
  const env = { XDG_STATE_HOME: temporaryFolder() };
  const { code, stdout, stderr } = await run(process.execPath, [script, folder, dockerHost], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^\d ran: .* s on a critical path of 3 vertices\ncompared with build \w+\n0 would run, 3 would be cached\n$/,
  );
});

async function move(tag: string, base: string, to: string): Promise<void> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "Dockerfile"), `FROM ${base}\nCOPY Dockerfile /${to}\n`);
  await build(folder, { tags: [tag], push: true, platforms: ["linux/amd64", "linux/arm64"] });
}

/** By instruction; of the base, by FROM. */
function causesOf(vertices: Explanation["vertices"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    vertices
      .filter(({ causes }) => causes.length > 0)
      .map(({ name, causes }) => [/\] (COPY|RUN)/.exec(name)?.[1] ?? "FROM", causes.map(({ kind }) => kind).join()]),
  );
}
