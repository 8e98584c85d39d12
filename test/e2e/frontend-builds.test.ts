import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { frontendCaps } from "../../src/frontend/frontend-caps.ts";
import { makeEntryPoint, runEntryPoint } from "../frontend/entry-point.ts";
import { listen, serveHttp } from "../loopback.ts";
import { workerWith } from "../solver/buildkit/fake-worker.ts";
import { provenances } from "./attested-images.ts";
import { type Build, build, contextWith, reportedVertices, temporaryFolder } from "./builds.ts";
import { buildxEnvironment } from "./frontend/buildx.ts";
import { pushFrontend } from "./frontend/image.ts";
import { packLayer } from "./frontend/push-image.ts";
import { pushScanner } from "./frontend/scanner.ts";
import { webServer } from "./web-server.ts";
import { run, testWorker } from "./worker.ts";

let image = "";
beforeAll(async () => {
  image = await pushFrontend();
}, 300_000);

const epoch = { SOURCE_DATE_EPOCH: "1700000000" };

/** Builds by the worker's own frontend and by that of the image, with the same session id. */
async function bothFrontends(
  input: Parameters<typeof build>[0],
  options: NonNullable<Parameters<typeof build>[1]>,
): Promise<[Build, Build]> {
  const common = { ...options, sessionId: randomBytes(12).toString("hex"), frontend: "dockerfile.v0" };
  const buildArgs = { ...epoch, ...options.buildArgs };
  const theirs = await build(input, { ...common, buildArgs });
  const ours = await build(input, { ...common, buildArgs: { ...buildArgs, BUILDKIT_SYNTAX: image } });
  return [theirs, ours];
}

/** The names of the steps by digest. The image of the frontend is a step of the build, too. */
function ownSteps(result: Build): Readonly<Record<string, string>> {
  const steps = Object.entries(reportedVertices(result)).filter(([, name]) => !name.startsWith("docker-image://"));
  return Object.fromEntries(steps);
}

describe("the image", () => {
  test("is below 120 MB unpacked, and says what it can do", async () => {
    const [host, repository = "", tag] = image.split(/\/|:(?=\w+$)/);
    const types = ["index", "manifest"].map((type) => `application/vnd.oci.image.${type}.v1+json`).join(", ");
    const get = async (path: string) => {
      const response = await fetch(`http://${host}/v2/${repository}/${path}`, { headers: { accept: types } });
      return Buffer.from(await response.arrayBuffer());
    };
    const json = async (path: string) => JSON.parse((await get(path)).toString());
    const top = await json(`manifests/${tag}`);
    const manifest = top.manifests === undefined ? top : await json(`manifests/${top.manifests[0].digest}`);
    let size = 0;
    for (const { digest } of manifest.layers) size += gunzipSync(await get(`blobs/${digest}`)).length;
    expect(size).toBeLessThan(120e6);
    const { config } = await json(`blobs/${manifest.config.digest}`);
    expect(config.Labels["moby.buildkit.frontend.caps"].split(",")).toEqual([...frontendCaps]);
    expect(config.Labels["moby.buildkit.frontend.network.none"]).toBe("true");
    expect(config.Entrypoint).toEqual(["/usr/share/llbc/start"]);
  });

  test("needs less than 100 MB for a Dockerfile of some hundred steps, and its scripts are all of it", async () => {
    const entryPoint = await makeEntryPoint(temporaryFolder());
    const dockerfile = `FROM scratch\n${"COPY a /\nWORKDIR /x\nENV A=$A:b\nCOPY --link c d /e/\n".repeat(150)}`;
    const { peak, calls } = await runEntryPoint([entryPoint], workerWith(dockerfile));
    expect(calls.at(-1)).toBe("Return");
    expect(peak).toBeLessThan(100e6);
  });
});

describe("attestations", () => {
  test("an SBOM covers what the scan arguments name", async () => {
    const generator = await pushScanner();
    const context = contextWith(`ARG BASE
FROM $BASE AS tools
ARG BUILDKIT_SBOM_SCAN_STAGE=true
RUN echo tool > /tool.txt
FROM scratch
ARG BUILDKIT_SBOM_SCAN_CONTEXT=true
COPY --from=tools /tool.txt /in-result.txt
COPY a.txt /
`);
    const folders: string[] = [];
    const outputs = () => {
      const dest = join(temporaryFolder(), "image.tar");
      folders.push(dest);
      return [{ type: "oci" as const, dest }];
    };
    const options = { attestations: { sbom: `generator=${generator},depth=3`, provenance: false } };
    const common = { ...options, sessionId: randomBytes(12).toString("hex"), frontend: "dockerfile.v0" };
    const ours = await build(context, {
      ...common,
      outputs: outputs(),
      buildArgs: { ...epoch, BUILDKIT_SYNTAX: image },
    });
    // BuildKit's own frontend mounts what is scanned in the order of a Go map: mostly, but not always, as it is written.
    let theirs = await build(context, { ...common, outputs: outputs(), buildArgs: epoch });
    for (let again = 0; again < 9 && !isDeepStrictEqual(ownSteps(theirs), ownSteps(ours)); again++) {
      theirs = await build(context, { ...common, outputs: outputs(), buildArgs: epoch });
    }
    expect(ownSteps(ours)).toEqual(ownSteps(theirs));
    expect(ours.digest).toBe(theirs.digest);
    const tar = readFileSync(folders[0] ?? "").toString("latin1");
    for (const name of ["sbom", "sbom-tools", "sbom-context"]) expect(tar).toContain(`"name":"${name}"`);
    expect(tar).toContain("./in-result.txt 3");
  });

  test("llbc covers the same from outside", async () => {
    const generator = await pushScanner();
    const context = contextWith(
      "ARG BASE\nFROM $BASE AS tools\nARG BUILDKIT_SBOM_SCAN_STAGE=tools\nFROM scratch\nCOPY --from=tools /etc/group /g.txt\n",
    );
    const dest = join(temporaryFolder(), "image.tar");
    await build(context, { attestations: { sbom: `generator=${generator}` }, outputs: [{ type: "oci", dest }] });
    expect(readFileSync(dest).toString("latin1")).toContain('"name":"sbom-tools"');
  });

  test.each([["mode=min"], ["mode=max,version=v1"]])(
    "what a syntax line hands on to another frontend attests as it does with docker buildx: %s",
    async (provenance) => {
      const generator = await pushScanner();
      const context = contextWith(`# syntax=${image}
ARG BASE
FROM $BASE AS made
ARG WHO=nobody
RUN --mount=type=secret,id=word echo $WHO > /who
FROM scratch
COPY --from=made /who /
`);
      const flags = [`--provenance=${provenance}`, `--attest=type=sbom,generator=${generator}`];
      const [ours, theirs] = [await provenances(context, flags, "ours"), await provenances(context, flags, "theirs")];
      expect(ours.length).toBeGreaterThan(1);
      expect(ours).toEqual(theirs);
      expect(JSON.stringify(ours)).toContain(image.slice(0, image.lastIndexOf(":")));
    },
  );

  test("a scanner that is not there is told", async () => {
    const context = contextWith("FROM scratch\nCOPY a.txt /\n");
    const generator = `${testWorker().registry}/no-scanner:1`;
    const attestations = { sbom: `generator=${generator}` };
    const failed = build(context, { frontend: "dockerfile.v0", buildArgs: { BUILDKIT_SYNTAX: image }, attestations });
    await expect(failed).rejects.toThrow(generator);
  });
});

describe("contexts", () => {
  test("a Dockerfile from the web, and an archive with its Dockerfile", async () => {
    const { base } = testWorker();
    const dockerfile = `FROM ${base}\nRUN : from the web\n`;
    const archive = gzipSync(
      await packLayer([
        { path: "Dockerfile", content: `FROM ${base}\nCOPY a.txt /\nRUN cat a.txt\n` },
        { path: "a.txt", content: "a\n" },
      ]),
    );
    const host = await serveHttp(({ url }, response) => response.end(url === "/archive" ? archive : dockerfile));
    for (const path of ["Dockerfile", "archive"]) {
      const url = `http://${host}/${path}`;
      const [theirs, ours] = await bothFrontends(url, {});
      expect(Object.keys(ownSteps(theirs)).length).toBeGreaterThan(1);
      expect(ownSteps(ours)).toEqual(ownSteps(theirs));
    }
  });

  test("a repository, by its branch and by a folder in it", async () => {
    const folder = temporaryFolder();
    const { base } = testWorker();
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "Dockerfile"), `FROM ${base}\nCOPY a.txt /\nRUN cat a.txt\n`);
    writeFileSync(join(folder, "a.txt"), "a\n");
    writeFileSync(join(folder, "sub/Dockerfile"), "FROM scratch\nCOPY . /\n");
    const who = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a" };
    for (const command of ["init -q -b trunk", "add .", "commit -q -m one", "update-server-info"]) {
      const { code, stderr } = await run("git", command.split(" "), { cwd: folder, env: who });
      expect(stderr).toBe("");
      expect(code).toBe(0);
    }
    const url = await webServer(folder);
    for (const place of ["#trunk", "#trunk:sub"]) {
      const [theirs, ours] = await bothFrontends(`${url}/.git${place}`, {});
      expect(Object.keys(ownSteps(theirs)).length).toBeGreaterThan(0);
      expect(ownSteps(ours)).toEqual(ownSteps(theirs));
    }
  });

  test("the target of another build, by way of bake", async () => {
    const folder = temporaryFolder();
    const { base } = testWorker();
    writeFileSync(join(folder, "first.Dockerfile"), `# syntax=${image}\nFROM ${base}\nRUN echo first > /first.txt\n`);
    writeFileSync(
      join(folder, "second.Dockerfile"),
      `# syntax=${image}\nFROM first\nRUN cp first.txt second.txt\nFROM scratch\nCOPY --from=1 /*.txt /\nFROM first AS again\n`
        .replace("--from=1", "--from=0")
        .replace("FROM first AS again\n", ""),
    );
    const target = (name: string, more: object) => ({ context: folder, dockerfile: `${name}.Dockerfile`, ...more });
    const bake = {
      target: {
        first: target("first", {}),
        second: target("second", { contexts: { first: "target:first" }, output: ["type=local,dest=out"] }),
      },
    };
    writeFileSync(join(folder, "docker-bake.json"), JSON.stringify(bake));
    const ran = await run("docker", ["buildx", "bake", "-f", "docker-bake.json", "--allow", "fs=*", "second"], {
      cwd: folder,
      env: buildxEnvironment(),
    });
    expect(ran.stderr).toContain("DONE");
    expect(ran.code).toBe(0);
    expect(readFileSync(join(folder, "out/second.txt"), "utf8")).toBe("first\n");
  });
});

describe("other ways in", () => {
  test("started as gateway.v0, it takes its options, and hands on to the frontend of a syntax line", async () => {
    const context = contextWith(`# syntax=${image}\nARG BASE\nFROM $BASE\nRUN : twice\n`);
    const result = await build(context, {
      frontend: "gateway.v0",
      frontendOptions: { source: image, "frobnicate:x": "1" },
    });
    expect(Object.values(reportedVertices(result)).join()).toContain("RUN : twice");
  });
});

describe("what goes wrong", () => {
  test("a frontend of BUILDKIT_SYNTAX that is not there is named", async () => {
    const context = contextWith(`# syntax=${image}\nFROM scratch\n`);
    const failed = build(context, {
      frontend: "gateway.v0",
      frontendOptions: { source: image },
      buildArgs: { BUILDKIT_SYNTAX: `${testWorker().registry}/nothing:1` },
    });
    await expect(failed).rejects.toThrow(/BUILDKIT_SYNTAX=.*nothing:1/);
  });

  test("a Dockerfile of 16 MB is refused in words", async () => {
    const text = `FROM scratch\n${`# ${"x".repeat(1000)}\n`.repeat(16_690)}COPY a.txt /\n`;
    const failed = build(contextWith(text), { frontend: "dockerfile.v0", buildArgs: { BUILDKIT_SYNTAX: image } });
    await expect(failed).rejects.toThrow(/16 MiB|larger than max/);
  });

  test("killed while it waits, it ends the build with an error", async () => {
    const registry = await silentRegistry(killFrontends);
    const context = contextWith(`FROM ${registry}/never\n`);
    const failed = build(context, { frontend: "dockerfile.v0", buildArgs: { BUILDKIT_SYNTAX: image } });
    await expect(failed).rejects.toThrow(/exit code:? 137/);
    expect(frontendProcesses()).toEqual([]);
  });

  test("a client that goes away leaves no frontend behind", async () => {
    const stop = new AbortController();
    const registry = await silentRegistry(() => stop.abort());
    const folder = temporaryFolder();
    writeFileSync(join(folder, "Dockerfile"), `# syntax=${image}\nFROM ${registry}/never\n`);
    const client = run("docker", ["buildx", "build", folder], { env: buildxEnvironment(), signal: stop.signal });
    await expect(client).rejects.toThrow(/abort/i);
    await expect.poll(frontendProcesses, { timeout: 30_000 }).toEqual([]);
  });

  test("cancelled by the client, it ends", async () => {
    const stop = new AbortController();
    const registry = await silentRegistry(() => stop.abort());
    const context = contextWith(`FROM ${registry}/never\n`);
    const options = { frontend: "dockerfile.v0", buildArgs: { BUILDKIT_SYNTAX: image }, signal: stop.signal };
    await expect(build(context, options)).rejects.toMatchObject({ code: "cancelled" });
    await expect.poll(frontendProcesses, { timeout: 30_000 }).toEqual([]);
  });
});

/** A registry that takes connections and says nothing: what asks it for an image waits. */
async function silentRegistry(onAsked: () => void): Promise<string> {
  return `127.0.0.1:${await listen(createServer((socket) => socket.once("data", onAsked)))}`;
}

/** The processes of frontends of this worker: it is the one that has our image. */
function frontendProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => existsSync(`/proc/${pid}/cmdline`))
    .filter((pid) => commandOf(pid).startsWith("/usr/bin/node\0/usr/share/llbc/start.cjs"))
    .map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function killFrontends(): void {
  for (const pid of frontendProcesses()) process.kill(pid, "SIGKILL");
}
