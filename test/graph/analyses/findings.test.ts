import { describe, expect, test } from "vitest";
import { findings } from "../../../src/graph/analyses/findings/find-findings.ts";
import type { Finding, FindingRule } from "../../../src/graph/analyses/findings/finding.ts";
import { findingDiagnostics } from "../../../src/graph/analyses/findings/finding-diagnostics.ts";
import { resolveDurations } from "../../../src/graph/analyses/resolve-durations.ts";
import { simulate } from "../../../src/graph/analyses/simulate.ts";
import { diagnosticsText } from "../../../src/graph/caret.ts";
import { compile } from "../../../src/graph/compile.ts";
import type { CompileOptions } from "../../../src/graph/compile-options.ts";
import { anyImage } from "../any-image.ts";

const options: CompileOptions = {
  sessionId: "s",
  resolver: anyImage,
};

async function foundIn(dockerfile: string, more: CompileOptions = {}): Promise<readonly Finding[]> {
  const { graph } = await compile(dockerfile, { ...options, ...more });
  return findings(dockerfile, graph, resolveDurations(graph));
}

/** Those of one rule, each as its first line and what to do. */
async function advice(rule: FindingRule, dockerfile: string, more: CompileOptions = {}): Promise<readonly string[]> {
  const found = await foundIn(dockerfile, more);
  return found.filter((finding) => finding.rule === rule).map(({ lines, suggestion }) => `${lines[0]}: ${suggestion}`);
}

async function textOf(dockerfile: string, more: CompileOptions = {}): Promise<string> {
  return diagnosticsText(findingDiagnostics(await foundIn(dockerfile, more)), () => dockerfile);
}

describe("a broad COPY before an expensive step", () => {
  test("is told with both places, what it costs, and what to copy instead", async () => {
    const dockerfile = `FROM node:22
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci
RUN npm run build
`;
    expect(await textOf(dockerfile)).toMatchInlineSnapshot(`
      "warning: COPY . takes every file in before npm installs packages, which reads only package.json, package-lock.json: after a change of any other file they are installed again [broad-copy]
      saves 25 s of 1m 06s after a change of any other file (estimated)
      Dockerfile:3:6
         1 | FROM node:22
         2 | WORKDIR /app
         3 | COPY . .
           |      ^
         4 | RUN --mount=type=cache,target=/root/.npm npm ci
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         5 | RUN npm run build
      help: Copy only what lists the packages (package.json, package-lock.json) in front of line 4, and everything else behind it.
      "
    `);
  });

  test("is told of packages that are named, to which no file matters", async () => {
    const dockerfile = "FROM debian\nCOPY . /srv/app\nENV A=b\nRUN apt-get update && apt-get install -y curl\n";
    expect(await advice("broad-copy", dockerfile)).toEqual(["2: Move line 2 below line 4."]);
    const python =
      "FROM python\nADD ./ /app/\nWORKDIR /app\nRUN pip install --upgrade pip\nRUN pip install -r requirements.txt\n";
    expect(await advice("broad-copy", python)).toEqual([
      "2: Copy only what lists the packages (requirements.txt) in front of lines 4 and 5, and everything else behind it.",
    ]);
  });

  test.each([
    ["the manifests were copied before", "COPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build"],
    ["the step compiles what was copied", "COPY . .\nRUN go build ./..."],
    ["the step does more than to install", "COPY . .\nRUN npm ci && npm run build"],
    ["the project itself is installed", "COPY . .\nRUN pip install ."],
    ["the project itself is installed for development", "COPY . .\nRUN pip install -e . -r requirements.txt"],
    ["a package comes from the files", "COPY . /srv\nRUN apt-get install -y ./tool.deb"],
    ["the list of packages is worked out", "COPY . /srv\nRUN apt-get install -y $(cat packages.txt)"],
    ["the list of packages comes through a pipe", "COPY . /srv\nRUN cat packages.txt | xargs apt-get install -y"],
    ["settings of the package manager are copied", "COPY . /\nRUN apt-get install -y curl"],
    ["lists of the package manager are copied", "COPY . /etc/apt\nRUN apt-get install -y curl"],
    ["a script ran in between", "COPY . /srv\nRUN /srv/setup.sh\nRUN apt-get install -y curl"],
    ["scripts of composer need the code", "COPY . .\nRUN composer install --no-dev"],
    ["a folder is copied", "COPY src /srv\nRUN apt-get install -y curl"],
    ["another image is copied", "COPY --from=tools . /srv\nRUN apt-get install -y curl"],
    ["it comes after", "RUN apt-get install -y curl\nCOPY . ."],
  ])("is not told where %s", async (_, instructions) => {
    expect(await advice("broad-copy", `FROM base\nWORKDIR /app\n${instructions}\n`)).toEqual([]);
  });

  test("is not told where the ignore file leaves little", async () => {
    const dockerfile = "FROM node\nWORKDIR /app\nCOPY . .\nRUN npm ci\n";
    expect(await advice("broad-copy", dockerfile, { dockerignore: "*\n!package*.json\n" })).toEqual([]);
    expect(await advice("broad-copy", dockerfile, { dockerignore: "node_modules\n" })).toHaveLength(1);
  });
});

describe("independent work in one stage", () => {
  const waiting = `FROM golang AS build
COPY . .
RUN go build -o /out/app .
FROM debian
COPY --from=build /out/app /usr/local/bin/
WORKDIR /srv
RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y ca-certificates tzdata
USER app
`;

  test("is told of packages that wait for a stage", async () => {
    expect(await textOf(waiting)).toMatchInlineSnapshot(`
      "warning: the packages are installed only after build is built, though they need nothing of it [chained-work]
      saves 18 s of 1m 03s without a cache (estimated)
      Dockerfile:7
         3 | RUN go build -o /out/app .
         4 | FROM debian
         5 | COPY --from=build /out/app /usr/local/bin/
           |      ^^^^^^^^^^^^
         6 | WORKDIR /srv
         7 | RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y ca-certificates tzdata
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         8 | USER app
      help: Move line 5 below line 7: then both are done side by side.
      "
    `);
  });

  test("saves what it says: the build with the lines swapped is that much shorter", async () => {
    const lines = waiting.split("\n");
    const swapped = [...lines.slice(0, 4), lines[6], lines[4], lines[5], ...lines.slice(7)].join("\n");
    const [finding] = await foundIn(waiting);
    expect(await spanOf(waiting)).toBe(finding?.saving.before);
    expect(await spanOf(swapped)).toBe(finding?.saving.after);
  });

  test("is told of projects in folders of their own", async () => {
    const dockerfile = `FROM tools
COPY frontend /src/frontend
WORKDIR /src/frontend
RUN --mount=type=cache,target=/root/.npm npm ci && npm run build
COPY backend /src/backend
WORKDIR /src/backend
RUN --mount=type=cache,target=/go/pkg/mod go mod download && go build -o /app ./cmd
CMD ["/app"]
`;
    expect(await textOf(dockerfile)).toMatchInlineSnapshot(`
      "warning: /src/frontend and /src/backend are built one after the other, though neither reads the other [chained-work]
      saves 56 s of 2m 05s without a cache (estimated)
      Dockerfile:4
         2 | COPY frontend /src/frontend
         3 | WORKDIR /src/frontend
         4 | RUN --mount=type=cache,target=/root/.npm npm ci && npm run build
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         5 | COPY backend /src/backend
         6 | WORKDIR /src/backend
         7 | RUN --mount=type=cache,target=/go/pkg/mod go mod download && go build -o /app ./cmd
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         8 | CMD ["/app"]
      help: Build /src/backend in a stage of its own, and take what it makes with COPY --from.
      "
    `);
  });

  test.each([
    [
      "the copy brings settings of the package manager",
      "COPY --from=build /keys /etc/apt/keyrings\nRUN apt-get install -y curl",
    ],
    ["the copy goes over everything", "COPY --from=build / /\nRUN apt-get install -y curl"],
    ["what was copied is installed", "COPY --from=build /out/*.deb /debs/\nRUN apt-get install -y /debs/*.deb"],
    [
      "the step also runs what was copied",
      "COPY --from=build /out/app /app\nRUN apt-get install -y curl && /app --version",
    ],
    ["another step stands between", "COPY --from=build /out/app /app\nRUN /app --setup\nRUN apt-get install -y curl"],
    ["the packages come first", "RUN apt-get install -y curl\nCOPY --from=build /out/app /app"],
    ["the folders contain each other", "WORKDIR /a\nRUN npm ci\nWORKDIR /a/b\nRUN npm ci && npm run build"],
    ["one names the other", "WORKDIR /ui\nRUN npm ci\nWORKDIR /api\nRUN npm ci && npm run build -- --spec /ui/x"],
    ["one goes up", "WORKDIR /ui\nRUN npm ci\nWORKDIR /api\nRUN cd ../api && npm ci && npm run build"],
    ["one does something else, too", "WORKDIR /ui\nRUN npm ci\nWORKDIR /api\nRUN npm ci && ./configure"],
    ["one builds without packages of its own", "WORKDIR /ui\nRUN npm ci\nWORKDIR /api\nRUN npm run build"],
  ])("is not told where %s", async (_, instructions) => {
    const dockerfile = `FROM golang AS build\nCOPY . .\nRUN go build -o /out/app .\nFROM base\n${instructions}\n`;
    expect(await advice("chained-work", dockerfile)).toEqual([]);
  });

  async function spanOf(dockerfile: string): Promise<number> {
    const { graph } = await compile(dockerfile, options);
    return simulate(graph, resolveDurations(graph)).makespan;
  }
});

describe("emulated steps", () => {
  const both = { targetPlatforms: ["linux/amd64", "linux/arm64"] };
  const go = `FROM golang:1.23 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod go build -o /out/app .
FROM scratch
COPY --from=build /out/app /app
`;

  test("are told where Go could compile across", async () => {
    expect(await textOf(go, both)).toMatchInlineSnapshot(`
      "warning: stage build runs under emulation for linux/arm64, though Go compiles for any platform on any other [emulated-step]
      saves 4m 38s of 5m 38s without a cache (estimated)
      Dockerfile:1:6
         1 | FROM golang:1.23 AS build
           |      ^^^^^^^^^^^
         2 | WORKDIR /src
         3 | COPY go.mod go.sum ./
         4 | RUN --mount=type=cache,target=/go/pkg/mod go mod download
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         5 | COPY . .
         6 | RUN --mount=type=cache,target=/go/pkg/mod go build -o /out/app .
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         7 | FROM scratch
         8 | COPY --from=build /out/app /app
      help: Write FROM --platform=$BUILDPLATFORM golang:1.23 AS build, and compile with ARG TARGETOS TARGETARCH and GOOS=$TARGETOS GOARCH=$TARGETARCH; cgo is off then.
      "
    `);
  });

  test("are told where the product is the same everywhere", async () => {
    const web = `FROM node AS site
WORKDIR /site
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci && npm run build
FROM nginx
COPY --from=site /site/dist /usr/share/nginx/html
`;
    expect(await advice("emulated-step", web, both)).toEqual([
      "1: Write FROM --platform=$BUILDPLATFORM node AS site: then it runs once, for all platforms.",
    ]);
    const jar = "FROM maven AS build\nCOPY . .\nRUN mvn package\nFROM jre\nCOPY --from=build /target/app.jar /\n";
    expect(await advice("emulated-step", jar, both)).toHaveLength(1);
  });

  test.each([
    ["nothing is emulated", go, {}],
    ["the stage is of the build platform", go.replace("FROM golang", "FROM --platform=$BUILDPLATFORM golang"), both],
    ["the stage names its platform", go.replace("FROM golang", "FROM --platform=linux/arm64 golang"), both],
    ["the result stands on the stage", "FROM golang\nCOPY . .\nRUN go build -o /app .\n", both],
    ["the result stands on a stage of it", "FROM golang AS a\nRUN go install x.org/y@v1\nFROM a\nCOPY . .\n", both],
    ["a C compiler is needed", go.replace("COPY go.mod", "RUN apk add gcc musl-dev\nCOPY go.mod"), both],
    ["C is asked for", go.replace("go build", "CGO_ENABLED=1 go build"), both],
    ["something else compiles, too", go.replace("COPY . .", "COPY . .\nRUN make assets"), both],
    [
      "packages with code of the platform are taken",
      "FROM node AS d\nRUN npm ci\nFROM node\nCOPY --from=d /node_modules /n\n",
      both,
    ],
    [
      "all of the stage is taken",
      "FROM node AS d\nWORKDIR /a\nRUN npm ci && npm run build\nFROM node\nCOPY --from=d /a /a\n",
      both,
    ],
    ["the stage is mounted", "FROM node AS d\nRUN npm ci\nFROM node\nRUN --mount=from=d,target=/d cp /d/x /\n", both],
    [
      "Rust compiles, which needs a linker",
      "FROM rust AS b\nRUN cargo build\nFROM scratch\nCOPY --from=b /target /\n",
      both,
    ],
  ])("are not told where %s", async (_, dockerfile, more) => {
    expect(await advice("emulated-step", dockerfile, more)).toEqual([]);
  });
});

describe("package installs without cache mounts", () => {
  test("are told with the mounts to write, and what would empty them", async () => {
    const dockerfile = `FROM debian
RUN apt-get update \\
 && apt-get install -y gcc make \\
 && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir numpy
`;
    expect(await textOf(dockerfile)).toMatchInlineSnapshot(`
      "warning: apt-get downloads everything again whenever this step runs: what was downloaded is not kept [uncached-install]
      saves 7.6 s of 29 s whenever this step runs again (estimated)
      Dockerfile:2:5
         1 | FROM debian
         2 | RUN apt-get update \\
           |     ^^^^^^^
         3 |  && apt-get install -y gcc make \\
         4 |  && rm -rf /var/lib/apt/lists/*
      help: Give it --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked; remove /etc/apt/apt.conf.d/docker-clean, which empties them; leave out rm -rf /var/lib/apt/lists/*.

      warning: pip downloads everything again whenever this step runs: what was downloaded is not kept [uncached-install]
      saves 5.2 s of 10 s whenever this step runs again (estimated)
      Dockerfile:5:5
         3 |  && apt-get install -y gcc make \\
         4 |  && rm -rf /var/lib/apt/lists/*
         5 | RUN pip install --no-cache-dir numpy
           |     ^^^
      help: Give it --mount=type=cache,target=/root/.cache/pip; leave out --no-cache-dir.
      "
    `);
  });

  test.each([
    ["npm ci", "Give it --mount=type=cache,target=/root/.npm."],
    ["python3 -m pip install -r requirements.txt", "Give it --mount=type=cache,target=/root/.cache/pip."],
    ["uv pip install --system flask", "Give it --mount=type=cache,target=/root/.cache/uv."],
    ["pip3 install a b", "Give it --mount=type=cache,target=/root/.cache/pip."],
    [
      "apk add --no-cache git gcc",
      "Give it --mount=type=cache,target=/etc/apk/cache,sharing=locked; write --update-cache for --no-cache.",
    ],
    [
      "dnf -y install gcc && dnf clean all",
      "Give it --mount=type=cache,target=/var/cache/dnf,sharing=locked; install with --setopt=keepcache=1; leave out dnf clean all.",
    ],
    [
      "go mod download",
      "Give it --mount=type=cache,target=/go/pkg/mod, and the same to the steps that use the packages.",
    ],
    [
      "CARGO_HOME=/c cargo fetch --locked",
      "Give it --mount=type=cache,target=/usr/local/cargo/registry, and the same to the steps that use the packages.",
    ],
    ["yarn --frozen-lockfile", "Give it --mount=type=cache,target=/usr/local/share/.cache/yarn."],
    ["if true; then npm install; fi", "Give it --mount=type=cache,target=/root/.npm."],
    ["(cd web && npm i)", "Give it --mount=type=cache,target=/root/.npm."],
  ])("are told of %s", async (command, suggestion) => {
    expect(await advice("uncached-install", `FROM base\nRUN ${command}\n`)).toEqual([`2: ${suggestion}`]);
  });

  test("are told of scripts, and once for all platforms", async () => {
    const dockerfile = "FROM base\nRUN <<EOF\nset -e\napt-get update\napt-get install -y gcc\nEOF\n";
    const found = await foundIn(dockerfile, { targetPlatforms: ["linux/amd64", "linux/arm64"] });
    expect(found.map(({ rule, lines, digests }) => [rule, lines, digests.length])).toEqual([
      ["uncached-install", [2, 3, 4, 5, 6], 2],
    ]);
  });

  test("do not hide lists that an earlier step has fetched", async () => {
    const apt = "FROM base\nRUN apt-get update\nRUN apt-get install -y gcc\n";
    expect(await advice("uncached-install", apt)).toEqual([
      "3: Give it --mount=type=cache,target=/var/cache/apt,sharing=locked; remove /etc/apt/apt.conf.d/docker-clean, which empties them.",
    ]);
    const apk = "FROM base\nRUN apk update\nRUN apk add git\n";
    expect(await advice("uncached-install", apk)).toEqual([
      "3: Give it --mount=type=cache,target=/etc/apk/cache,sharing=locked; add --update-cache.",
    ]);
  });

  test.each([
    ["it has a cache mount", "--mount=type=cache,target=/elsewhere npm ci"],
    ["there is no network", "--network=none npm ci"],
    ["nothing is to be downloaded", "pip install --no-index --find-links=/wheels app"],
    ["only files are installed", "pip install /wheels/*.whl"],
    ["nothing is installed", "npm run build"],
    ["the words stand in a text", "echo 'apt-get install gcc'"],
    ["the words stand in a file", "cat <<EOF > /setup.sh\napt-get install -y gcc\nEOF"],
    ["the words stand in a comment", "true # apt-get install -y gcc"],
    ["packages are removed", "apt-get remove -y gcc"],
  ])("are not told where %s", async (_, command) => {
    expect(await advice("uncached-install", `FROM base\nRUN ${command}\n`)).toEqual([]);
  });

  test("count one of several package managers of a language: a step uses the one whose files it finds", async () => {
    const step = "if [ -f yarn.lock ]; then yarn --frozen-lockfile; else npm ci; fi";
    const [finding] = await foundIn(`FROM node\nRUN ${step}\n`);
    // Half of the time of one of two that take 25 s, in a step that is taken to run both.
    expect(finding?.saving.ms).toBeCloseTo(12_500, -3);
  });

  test("save as much with a number of workers", async () => {
    const dockerfile = "FROM a\nRUN npm ci\nRUN make\n";
    const { graph } = await compile(dockerfile, options);
    const durations = resolveDurations(graph);
    const savings = [undefined, 1, 4].map(async (workers) => {
      const found = await findings(dockerfile, graph, durations, workers === undefined ? {} : { workers });
      return found.map(({ saving }) => [saving.before, saving.after]);
    });
    const [first, ...others] = await Promise.all(savings);
    expect(first).toHaveLength(1);
    for (const other of others) expect(other).toEqual(first);
  });

  test("are not told of users whose home is not known", async () => {
    expect(await advice("uncached-install", "FROM base\nUSER node\nRUN npm ci\n")).toEqual([]);
    expect(await advice("uncached-install", "FROM base\nUSER root\nRUN npm ci\n")).toHaveLength(1);
  });
});

describe("ARG and ENV that stand too early", () => {
  test("are told with the steps that run again for nothing", async () => {
    const dockerfile = `FROM debian
ARG COMMIT=none
ENV REVISION=1
RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y gcc make
COPY . .
RUN curl -fsSL https://example.com/tool | tar -x -C /opt
RUN make
RUN echo "$COMMIT $REVISION" > /version
`;
    expect(await textOf(dockerfile)).toMatchInlineSnapshot(`
      "warning: COMMIT is set above 2 RUNs that do not use it: after a change of its value they run again all the same [early-variable]
      saves 24 s of 1m 05s after a change of COMMIT (estimated)
      Dockerfile:2:5
         1 | FROM debian
         2 | ARG COMMIT=none
           |     ^^^^^^
         3 | ENV REVISION=1
         4 | RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y gcc make
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         5 | COPY . .
         6 | RUN curl -fsSL https://example.com/tool | tar -x -C /opt
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         7 | RUN make
         8 | RUN echo "$COMMIT $REVISION" > /version
      help: Move ARG COMMIT down to line 7, above the first instruction that may use it.

      warning: REVISION is set above 2 RUNs that do not use it: after a change of its value they run again all the same [early-variable]
      saves 24 s of 1m 05s after a change of REVISION (estimated)
      Dockerfile:3:5
         1 | FROM debian
         2 | ARG COMMIT=none
         3 | ENV REVISION=1
           |     ^^^^^^^^
         4 | RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y gcc make
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         5 | COPY . .
         6 | RUN curl -fsSL https://example.com/tool | tar -x -C /opt
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         7 | RUN make
         8 | RUN echo "$COMMIT $REVISION" > /version
      help: Move ENV REVISION down to line 7, above the first instruction that may use it.
      "
    `);
  });

  test("are told of an argument that only labels use", async () => {
    const dockerfile = 'FROM debian\nARG BUILD_DATE\nLABEL created=$BUILD_DATE\nCOPY . .\nRUN npm ci\nCMD ["a"]\n';
    expect(await advice("early-variable", dockerfile)).toEqual([
      "2: Move ARG BUILD_DATE and what uses it in line 3 to the end of the stage.",
    ]);
  });

  test("save what they say: moved down, a change of the value makes that much less run", async () => {
    const early = "FROM a\nARG V=1\nRUN --mount=type=cache,target=/c npm ci\nRUN echo $V\n";
    const [finding] = await foundIn(early);
    // The first step takes 25.3 s, the other 0.4 s.
    expect(finding?.saving).toMatchObject({ before: 25_700, after: 400, ms: 25_300 });
  });

  test.each([
    ["the next step uses it", "ARG V=1\nRUN make V=$V"],
    [
      "the next step reads it by name",
      "ARG V=1\nRUN python3 -c 'import os; os.environ[\"V\"]; make()'\nRUN make\nRUN echo $V",
    ],
    ["a program in between could read it", "ARG V=1\nRUN make\nRUN echo $V"],
    ["a script in between could read it", "ARG V=1\nRUN ./setup.sh\nRUN echo $V"],
    ["nothing names it, so that any program could read it", "ARG V=1\nRUN npm ci"],
    ["programs read it unasked", "ARG NODE_ENV=production\nRUN npm ci\nRUN echo $NODE_ENV"],
    ["compilers read it unasked", "ENV CFLAGS=-O3\nRUN pip install a\nRUN echo $CFLAGS"],
    ["the steps above its use are cheap", "ARG V=1\nRUN mkdir /a\nRUN make V=$V"],
    ["only files are copied in between", "ARG V=1\nCOPY a b c /\nRUN make V=$V"],
    ["another variable is made of it", "ARG V=1\nENV W=x$V\nRUN npm ci\nRUN echo $W"],
    ["it is set again", "ARG V=1\nRUN npm ci\nARG V=2\nRUN echo $V"],
    ["the program in the image may want it", "ENV V=1\nLABEL v=$V\nRUN npm ci"],
  ])("are not told where %s", async (_, instructions) => {
    const found = await advice("early-variable", `FROM base\n${instructions}\n`);
    expect(found.filter((line) => line.startsWith("2:"))).toEqual([]);
  });
});

describe("findings", () => {
  test("come with what saves most first, and never without a saving", async () => {
    const dockerfile = "FROM a\nRUN npm ci\nRUN apk add git gcc\nARG V\nRUN bundle install\nRUN echo $V\n";
    const found = await foundIn(dockerfile);
    expect(found.map(({ rule }) => rule)).toEqual([
      "early-variable",
      "uncached-install",
      "uncached-install",
      "uncached-install",
    ]);
    for (const { saving } of found) expect(saving.ms).toBe(saving.before - saving.after);
  });

  test("are none where what they would save is known to be next to nothing", async () => {
    const dockerfile = "FROM a\nRUN npm ci\n";
    const { graph } = await compile(dockerfile, options);
    const durations = resolveDurations(graph);
    const quick = new Map([...durations].map(([digest, one]) => [digest, { ...one, ms: one.ms / 20 }]));
    expect(await findings(dockerfile, graph, durations)).toHaveLength(1);
    expect(await findings(dockerfile, graph, quick)).toEqual([]);
  });

  test("are none in stages that are not built", async () => {
    expect(await foundIn("FROM a AS b\nRUN npm ci\nFROM c\nRUN true\n")).toEqual([]);
  });

  test("say whether what they save was measured", async () => {
    const dockerfile = "FROM a\nARG V=1\nRUN --mount=type=cache,target=/c npm ci\nRUN echo $V\n";
    const { graph } = await compile(dockerfile, options);
    const measured = new Map(
      [...resolveDurations(graph)].map(([digest, one]) => [digest, { ...one, provenance: "measured" } as const]),
    );
    const [finding] = await findings(dockerfile, graph, measured);
    expect(finding?.saving.provenance).toBe("measured");
  });
});
