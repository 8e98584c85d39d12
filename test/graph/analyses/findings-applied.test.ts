import { expect, test } from "vitest";
import { analyze } from "../../../src/graph/analyses/analyze.ts";
import { findings } from "../../../src/graph/analyses/findings/find-findings.ts";
import type { Finding } from "../../../src/graph/analyses/findings/finding.ts";
import { resolveDurations } from "../../../src/graph/analyses/resolve-durations.ts";
import { compile } from "../../../src/graph/compile.ts";
import { predictBuild } from "../../../src/graph/explain/explain.ts";
import { anyImage } from "../any-image.ts";
import { type MadeBuild, recordOf } from "../history/records.ts";

// What is advised is done to the Dockerfile, and what a build then takes is simulated by the cache's own model, which
// knows nothing of findings.

const files = { "package.json": "{}", "package-lock.json": "{}", "src/a.js": "a" };

/** Milliseconds of what would run after a change, all one after the other. */
async function rebuildTime(dockerfile: string, change: Partial<MadeBuild>): Promise<number> {
  const [before, after] = await Promise.all([{}, change].map((each) => recordOf({ dockerfile, files, ...each })));
  if (before === undefined || after === undefined) throw new Error("no records");
  const { vertices } = predictBuild(after, [before], before);
  const ran = new Set(vertices.flatMap(({ digest, outcome }) => (outcome === "runs" ? [digest] : [])));
  return after.vertices.reduce((sum, { digest, estimate }) => sum + (ran.has(digest) ? estimate : 0), 0);
}

async function findingOf(dockerfile: string, rule: Finding["rule"], platforms = ["linux/amd64"]): Promise<Finding> {
  const { graph } = await compile(dockerfile, { resolver: anyImage, targetPlatforms: platforms });
  const found = (await findings(dockerfile, graph, resolveDurations(graph))).find((finding) => finding.rule === rule);
  if (found === undefined) throw new Error(`no ${rule} was found`);
  return found;
}

test("files copied in two steps: after a change of a source, the packages stay", async () => {
  const broad = "FROM alpine\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n";
  const split = broad.replace("COPY . .\nRUN npm ci\n", "COPY package*.json ./\nRUN npm ci\nCOPY . .\n");
  const { saving } = await findingOf(broad, "broad-copy");
  const changed = { files: { ...files, "src/a.js": "other" } };
  const [before, after] = [await rebuildTime(broad, changed), await rebuildTime(split, changed)];
  expect(before - after).toBe(saving.ms);
  // And after a change of what lists the packages, they are installed again.
  const relisted = { files: { ...files, "package.json": "other" } };
  expect(await rebuildTime(split, relisted)).toBeGreaterThan(after);
});

test("an argument moved down: after a change of it, what does not use it stays", async () => {
  const early = "FROM alpine\nARG REVISION\nRUN apk add git\nRUN git clone --branch $REVISION example.com/x\n";
  const late = "FROM alpine\nRUN apk add git\nARG REVISION\nRUN git clone --branch $REVISION example.com/x\n";
  const { saving } = await findingOf(early, "early-variable");
  const changed = { buildArgs: { REVISION: "v2" } };
  const [before, after] = [await rebuildTime(early, changed), await rebuildTime(late, changed)];
  expect(before - after).toBe(saving.ms);
});

test("a stage on the build platform: without emulation the build is that much shorter", async () => {
  const emulated =
    "FROM golang AS build\nARG TARGETOS TARGETARCH\nWORKDIR /src\nCOPY . .\nRUN --mount=type=cache,target=/root/.cache go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\n";
  const native = emulated
    .replace("FROM golang", "FROM --platform=$BUILDPLATFORM golang")
    .replace("go build", "GOOS=$TARGETOS GOARCH=$TARGETARCH go build");
  const both = ["linux/amd64", "linux/arm64"];
  const { saving } = await findingOf(emulated, "emulated-step", both);
  const spanOf = async (dockerfile: string) => {
    const { graph } = await compile(dockerfile, { resolver: anyImage, targetPlatforms: both });
    return analyze(graph, resolveDurations(graph)).span;
  };
  expect((await spanOf(emulated)) - (await spanOf(native))).toBe(saving.ms);
});

test("a cache mount: nothing else becomes another vertex, and the step is still found to install", async () => {
  const plain = "FROM alpine\nRUN apt-get update && apt-get install -y git\nRUN make\n";
  const { suggestion, saving } = await findingOf(plain, "uncached-install");
  const mounts = suggestion.match(/--mount=\S+[^\s;.,]/g) ?? [];
  expect(mounts.length).toBeGreaterThan(0);
  const mounted = plain.replace("RUN apt-get update", `RUN ${mounts.join(" ")} apt-get update`);
  const { graph } = await compile(mounted, { resolver: anyImage });
  expect(await findings(mounted, graph, resolveDurations(graph))).toEqual([]);
  expect(saving.after).toBeLessThan(saving.before);
});
