import fc from "fast-check";
import { expect, test } from "vitest";
import { findings } from "../../../src/graph/analyses/findings/find-findings.ts";
import type { Finding } from "../../../src/graph/analyses/findings/finding.ts";
import { resolveDurations } from "../../../src/graph/analyses/resolve-durations.ts";
import { simulate } from "../../../src/graph/analyses/simulate.ts";
import type { BuildGraph } from "../../../src/graph/build-graph.ts";
import { compile } from "../../../src/graph/compile.ts";
import { sourceLines } from "../../../src/graph/source-lines.ts";
import { anyImage } from "../any-image.ts";
import { grammarDockerfile } from "../robust/arbitrary-dockerfile.ts";
import { runs } from "../robust/runs.ts";

const instruction = fc.constantFrom(
  "COPY . .",
  "COPY . /srv/app",
  "COPY package*.json ./",
  "COPY --chown=app src ./src",
  "ADD go.mod go.sum ./",
  "WORKDIR /app",
  "WORKDIR backend",
  "ARG REVISION",
  "ARG VERSION=1",
  "ENV MODE=fast REVISION=$REVISION",
  "ENV CARGO_HOME=/cargo",
  "LABEL version=$VERSION",
  "RUN npm ci",
  "RUN npm ci && npm run build",
  "RUN --mount=type=cache,target=/root/.npm npm install",
  "RUN pip install -r requirements.txt",
  "RUN apt-get update && apt-get install -y git curl && rm -rf /var/lib/apt/lists/*",
  "RUN apt-get update \\\n  # and what is needed \\\n  && apt-get install -y \\\n    git",
  "RUN apk add --no-cache git",
  "RUN go mod download",
  "RUN go build -o /out/app ./...",
  "RUN cargo build --release",
  "RUN <<EOF\napt-get install -y make\nmake\nEOF",
  'RUN ["npm", "ci"]',
  "RUN make VERSION=$VERSION",
  "RUN git clone --branch $REVISION https://example.com/x",
  "USER app",
  "COPY --from=0 /out/app /usr/bin/",
  "COPY --from=build /app/dist /srv",
);
const from = fc.constantFrom(
  "FROM golang AS build",
  "FROM node AS build",
  "FROM debian",
  "FROM build AS more",
  "FROM --platform=$BUILDPLATFORM node AS tools",
  "FROM scratch",
);
/** What people write, in orders in which nobody would. */
const likely = fc
  .array(fc.tuple(from, fc.array(instruction, { maxLength: 8 })), { minLength: 1, maxLength: 4 })
  .map((stages) => stages.map(([first, rest]) => [first, ...rest].map((line) => `${line}\n`).join("")).join("\n"));
const platforms = fc.constantFrom(["linux/amd64"], ["linux/amd64", "linux/arm64"], ["linux/arm/v7", "linux/s390x"]);
const workers = fc.constantFrom(undefined, 1, 2, 7);

test("nothing is found without a saving, outside of the file, or of what is not there", async () => {
  let found = 0;
  const dockerfiles = fc.oneof({ weight: 3, arbitrary: likely }, { weight: 1, arbitrary: grammarDockerfile });
  await fc.assert(
    fc.asyncProperty(dockerfiles, platforms, workers, async (dockerfile, targetPlatforms, count) => {
      const graph = await graphOf(dockerfile, targetPlatforms);
      if (graph === undefined) return;
      const durations = resolveDurations(graph);
      const makespan = simulate(graph, durations, count === undefined ? {} : { workers: count }).makespan;
      const all = await findings(dockerfile, graph, durations, count === undefined ? {} : { workers: count });
      found += all.length;
      for (const finding of all) {
        verify(finding, dockerfile, graph);
        expect(finding.saving.before).toBeLessThanOrEqual(makespan * (1 + 1e-9));
      }
      expect(all.map(({ saving }) => saving.ms)).toEqual(all.map(({ saving }) => saving.ms).sort((a, b) => b - a));
    }),
    runs(300),
  );
  expect(found).toBeGreaterThan(20);
});

function verify(
  { saving, ranges, lines, digests, reason, suggestion }: Finding,
  dockerfile: string,
  graph: BuildGraph,
) {
  const text = sourceLines(dockerfile);
  expect(saving.ms).toBeGreaterThanOrEqual(1000);
  expect(saving.ms).toBeCloseTo(saving.before - saving.after, 6);
  expect(saving.after).toBeGreaterThanOrEqual(0);
  expect(reason.length * suggestion.length).toBeGreaterThan(0);
  expect(digests.length).toBeGreaterThan(0);
  for (const digest of digests) expect(graph.vertex(digest)).toBeDefined();
  for (const line of lines) expect(text[line - 1]).toBeDefined();
  expect(ranges.length).toBeGreaterThan(0);
  for (const { start, end } of ranges) {
    // Without tokens to point at, the line itself.
    expect(start.line < end.line || (start.line === end.line && start.character <= end.character)).toBe(true);
    for (const { line, character } of [start, end]) {
      expect(character).toBeGreaterThanOrEqual(0);
      expect(character).toBeLessThanOrEqual(text[line - 1]?.length ?? -1);
    }
  }
}

/** Undefined for what does not compile. */
async function graphOf(dockerfile: string, targetPlatforms: readonly string[]): Promise<BuildGraph | undefined> {
  try {
    return (await compile(dockerfile, { sessionId: "s", resolver: anyImage, targetPlatforms })).graph;
  } catch {
    return undefined;
  }
}
