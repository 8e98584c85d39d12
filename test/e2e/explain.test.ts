import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { build, temporaryFolder } from "./builds.ts";
import { edits, type JudgedCase, judge } from "./explain-judge.ts";
import { testWorker } from "./worker.ts";

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
  const { steps, ran, misses } = await judge(judged, edits);
  expect(misses).toEqual([]);
  expect(steps).toBeGreaterThan(150);
  expect(ran).toBeGreaterThan(40);
});
