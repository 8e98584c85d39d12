import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { run } from "../scripts/worker/run.mjs";
import { benchText } from "./inputs.mjs";
import { summary } from "./measure.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The image of the frontend, built for this and unpacked into a folder, which its entry point has as its root (that
 * takes root), against BuildKit's side of its standard streams. In milliseconds after the start of the process: when
 * all of Ping has come out of it, when it has read what BuildKit said meanwhile, the answer to Ping included, and when
 * Return has come; and the largest resident set, in bytes.
 */
export async function measureFrontend(folder, rounds) {
  const { image, entryPoint, environment } = makeImage(folder);
  const { fakeBuildKit, workerWith } = await makeWorker(folder);
  const dockerfile = benchText("large.Dockerfile");
  const samples = { ping: [], heard: [], return: [] };
  let memory = 0;
  for (let round = 0; round < rounds; round++) {
    const env = { ...environment, BUILDKIT_SESSION_ID: "bench" };
    const start = performance.now();
    const child = spawn("/usr/sbin/chroot", [image, ...entryPoint], { env, stdio: ["pipe", "pipe", "inherit"] });
    const take = (sample) => sample?.push({ wall: performance.now() - start, cpu: processorTimeOf(child.pid) });
    const answer = workerWith(dockerfile);
    const buildkit = fakeBuildKit(child.stdin, child.stdout, (method, request) => {
      take(samples[method.toLowerCase()]);
      if (method === "Return") memory = Math.max(memory, peakOf(child.pid));
      return answer(method, request);
    });
    void buildkit.heard.then(() => take(samples.heard));
    const code = await new Promise((resolve) => child.once("exit", resolve));
    buildkit.close();
    if (code !== 0) throw new Error(`the frontend ended with ${code} after ${buildkit.calls.join(", ")}`);
  }
  return { ping: summary(samples.ping), heard: summary(samples.heard), whole: summary(samples.return), memory };
}

/** Builds the image on a worker that is there for it alone, and unpacks it. */
function makeImage(folder) {
  const node = (script, ...args) => run(process.execPath, [join(root, "scripts", script), ...args]);
  const archive = join(folder, "frontend.tar");
  const workerFolder = mkdtempSync(join(tmpdir(), "llbc-"));
  try {
    const { dockerHost } = JSON.parse(node("worker/worker.mjs", "up", workerFolder));
    node("frontend-image.mjs", "--output", archive, "--addr", dockerHost, "--progress", "quiet");
  } finally {
    node("worker/worker.mjs", "down", workerFolder);
    rmSync(workerFolder, { recursive: true, force: true });
  }
  const [layout, image] = [join(folder, "layout"), join(folder, "image")];
  mkdirSync(layout);
  mkdirSync(image);
  run("tar", ["-xf", archive, "-C", layout]);
  const blob = ({ digest }) => join(layout, "blobs", digest.replace(":", "/"));
  const json = (file) => JSON.parse(readFileSync(file, "utf8"));
  const top = json(blob(json(join(layout, "index.json")).manifests[0]));
  // An image with attestations is an index.
  const manifest = top.layers === undefined ? json(blob(top.manifests[0])) : top;
  for (const layer of manifest.layers) run("tar", ["-xf", blob(layer), "-C", image]);
  const { Entrypoint: entryPoint, Env = [] } = json(blob(manifest.config)).config;
  const environment = Object.fromEntries(Env.map((each) => each.split(/=(.*)/s)));
  return { image, entryPoint, environment };
}

async function makeWorker(folder) {
  const outfile = join(folder, "fake-worker.mjs");
  const contents = ["fake-buildkit", "fake-worker"].map((name) => `export * from "./${name}.ts";`).join("\n");
  const stdin = { contents, resolveDir: join(root, "test/solver/buildkit") };
  const form = { bundle: true, platform: "node", target: "node20.19", format: "esm", packages: "external" };
  await build({ ...form, stdin, outfile, logLevel: "warning" });
  return import(pathToFileURL(outfile).href);
}

/** What its threads have had of the processors, in milliseconds. */
function processorTimeOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`);
  return threads.reduce((sum, file) => sum + Number.parseInt(readFileSync(file, "utf8"), 10) / 1e6, 0);
}

function peakOf(pid) {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
