import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build, contextWith, reportedVertices } from "./builds.ts";
import { pushFrontend } from "./frontend/image.ts";

// Debian 13's Docker engine is of 2024: its BuildKit (about 0.13) has fewer capabilities than llbc knows of.
const script = fileURLToPath(new URL("../../scripts/worker/worker.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "llbc-"));
let worker: { readonly dockerHost: string; readonly registry: string; readonly base: string };
let image = "";

async function workerScript(command: string): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "llbc-trixie");
  const env = { ...process.env, LLBC_WORKER_SUITES: "trixie", XDG_CACHE_HOME: cache };
  return (await promisify(execFile)(process.execPath, [script, command, folder], { env })).stdout;
}

beforeAll(async () => {
  worker = JSON.parse(await workerScript("up"));
  image = await pushFrontend(worker);
}, 600_000);

afterAll(async () => {
  await workerScript("down");
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const plain = `ARG BASE
FROM $BASE AS made
WORKDIR /work
COPY a.txt ./
RUN cat a.txt > b.txt
FROM $BASE
COPY --from=made --chmod=600 /work/b.txt /
USER 1:1
CMD ["/bin/sh"]
`;

const recent = `ARG BASE
FROM $BASE AS made
COPY --link a.txt /
RUN --mount=type=cache,target=/c <<END
mkdir -p /deep/er
cp a.txt /deep/er/one.txt
END
FROM scratch
COPY --from=made --parents --exclude=*.md /deep/./er/*.txt /
HEALTHCHECK --start-interval=1s CMD x
`;

function built(dockerfile: string, frontend: string | undefined, sessionId = randomBytes(12).toString("hex")) {
  return build(contextWith(dockerfile), {
    addr: worker.dockerHost,
    frontend: "dockerfile.v0",
    sessionId,
    attestations: { provenance: false },
    outputs: [{ type: "oci", dest: new Writable({ write: (_chunk, _encoding, done) => done() }) }],
    buildArgs: {
      BASE: worker.base,
      SOURCE_DATE_EPOCH: "1700000000",
      ...(frontend === undefined ? {} : { BUILDKIT_SYNTAX: frontend }),
    },
  });
}

test("what the older frontend knows comes out the same", async () => {
  const sessionId = randomBytes(12).toString("hex");
  const theirs = await built(plain, undefined, sessionId);
  const ours = await built(plain, image, sessionId);
  const steps = (result: typeof ours) =>
    Object.values(reportedVertices(result)).filter((name) => !name.startsWith("docker-image://"));
  expect(steps(ours).length).toBeGreaterThan(4);
  expect(steps(ours).sort()).toEqual(steps(theirs).sort());
  expect(ours.digest).toMatch(/^sha256:/);
  expect(ours.digest).toBe(theirs.digest);
});

test("what only llbc knows builds there, too", async () => {
  const result = await built(recent, image);
  expect(Object.values(reportedVertices(result)).join()).toContain("COPY --from=made --parents");
});

test("errors have their places", async () => {
  await expect(built("FROM scratch\nRUM x\n", image)).rejects.toMatchObject({
    message: expect.stringContaining("RUM"),
    source: { ranges: [{ start: { line: 2 } }] },
  });
});
