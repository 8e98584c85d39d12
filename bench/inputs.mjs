import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The path of a file beside this one. */
export function benchFile(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/**
 * A source for each iteration: one RUN and one ARG of it are like no other's. A new text each time, flat, so that
 * nothing known of one can help the next.
 */
export function variants(text) {
  const lines = text.split("\n");
  const run = lines.findIndex((line) => /^RUN [^<\\]*$/.test(line));
  const arg = lines.findIndex((line, index) => index > run && /^ARG \w+=/.test(line));
  const head = lines.slice(0, run).join("\n");
  const between = lines.slice(run + 1, arg < 0 ? run + 1 : arg).join("\n");
  const tail = lines.slice(arg < 0 ? run + 1 : arg + 1).join("\n");
  return (iteration) =>
    Buffer.from(
      `${head}\n${lines[run]} && echo ${iteration}\n${between}\nARG BENCH_${iteration}=${iteration}\n${arg < 0 ? "" : `${lines[arg]}\n`}${tail}`,
    );
}

/** A config and a digest for each image that the text is based on, in the form of `--images`. */
export function imageAnswers(text) {
  const words = [...text.matchAll(/^FROM (?:--platform=\S+ )?(\S+)|--from=(\S+)/gm)].map(
    (match) => match[1] ?? match[2],
  );
  const answers = {};
  for (const word of words) {
    if (!/[:]/.test(word)) continue;
    const ref = `docker.io/${word.includes("/") ? word : `library/${word}`}`;
    answers[ref] ??= { digest: `sha256:${String(Object.keys(answers).length).padStart(64, "0")}`, config: config() };
  }
  return answers;
}

/** What the config of an official image looks like. */
function config() {
  const layer = (index) => `sha256:${String(index).repeat(64)}`;
  return {
    architecture: "amd64",
    os: "linux",
    created: "2026-05-04T09:11:24Z",
    config: {
      Env: ["PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "TOOL_VERSION=1.26.0"],
      Cmd: ["bash"],
      WorkingDir: "/",
      Labels: { "org.opencontainers.image.version": "1.26" },
    },
    rootfs: { type: "layers", diff_ids: [1, 2, 3, 4].map(layer) },
    history: [1, 2, 3, 4].map((index) => ({
      created: "2026-05-04T09:11:24.123456789Z",
      created_by: `RUN /bin/sh -c make layer-${index} # buildkit`,
      comment: "buildkit.dockerfile.v0",
    })),
  };
}

/**
 * A Dockerfile of so many instructions, in stages of a hundred that copy from one another. They are not based on one
 * another: the history of each RUN tells all ARGs before it, so that the config itself would grow with the square.
 */
export function longDockerfile(instructions) {
  const lines = [];
  for (let index = 0; index < instructions; index++) lines.push(longLine(index));
  return `${lines.join("\n")}\n`;
}

function longLine(index) {
  const stage = Math.floor(index / 100);
  switch (index % 100 === 0 ? 0 : 1 + (index % 7)) {
    case 0:
      return `FROM alpine:3.22 AS s${stage}`;
    case 1:
      return `WORKDIR /srv/app${index}`;
    case 2:
      return `COPY --chown=app:app src/part${index} ./`;
    case 3:
      return `ARG VERSION${index}=1.${index}`;
    case 4:
      return `LABEL org.example.part${index}="number ${index}"`;
    case 5:
      return stage === 0 ? `COPY package${index}.json ./` : `COPY --from=s${stage - 1} /srv/part${index} ./`;
    default:
      return `RUN --mount=type=cache,target=/root/.cache make -j4 part${index} && rm -rf /tmp/*`;
  }
}

/** So many vertices that stand on one another, as a Dockerfile makes them: mostly commands, each third a copy. */
export function longChain(vertices, salt) {
  const sourceMap = { filename: "Dockerfile", language: "Dockerfile", data: new Uint8Array(1000) };
  const env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"];
  const draft = (index, fields) => ({
    ...fields,
    metadata: { description: new Map([["llb.customname", `[${index}/${vertices}] RUN make part${index}`]]) },
    locations: [{ sourceMap, ranges: [{ start: { line: index, character: 0 }, end: { line: index, character: 0 } }] }],
  });
  const context = { vertex: { kind: "source", identifier: "local://context" }, output: 0 };
  let edge = {
    vertex: draft(1, { kind: "source", identifier: "docker-image://docker.io/library/alpine:3.22" }),
    output: 0,
  };
  for (let index = 2; index < vertices; index++) {
    const vertex =
      index % 3 === 0
        ? draft(index, {
            kind: "file",
            base: edge,
            actions: [{ kind: "copy", source: context, src: `/part${index}`, dest: "/srv/", createDestPath: true }],
          })
        : draft(index, {
            kind: "exec",
            meta: { args: ["/bin/sh", "-c", `make part${index} ${salt}`], env, cwd: "/srv" },
            mounts: [{ target: "/", source: edge }],
          });
    edge = { vertex, output: 0 };
  }
  return edge;
}

export function benchText(name) {
  return readFileSync(benchFile(name), "utf8");
}
