import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundleFrontend } from "../scripts/frontend/bundle.mjs";
import { benchText } from "./inputs.mjs";
import { summary } from "./measure.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The script of the frontend image, started as in the image, against BuildKit's side of its standard streams: how long
 * after the start of the process Ping and Return arrive there, in milliseconds, and the largest resident set, in bytes.
 */
export async function measureFrontend(folder, rounds) {
  const script = await makeScript(folder);
  const { fakeBuildKit, workerWith } = await makeWorker(folder);
  const dockerfile = benchText("large.Dockerfile");
  const samples = { ping: [], return: [] };
  let memory = 0;
  for (let round = 0; round < rounds; round++) {
    const env = { BUILDKIT_SESSION_ID: "bench" };
    const start = performance.now();
    const child = spawn(process.execPath, [script], { env, stdio: ["pipe", "pipe", "inherit"] });
    const answer = workerWith(dockerfile);
    const buildkit = fakeBuildKit(child.stdin, child.stdout, (method, request) => {
      const sample = samples[method.toLowerCase()];
      if (sample !== undefined) sample.push({ wall: performance.now() - start, cpu: processorTimeOf(child.pid) });
      if (method === "Return") memory = Math.max(memory, peakOf(child.pid));
      return answer(method, request);
    });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    buildkit.close();
    if (code !== 0) throw new Error(`the frontend ended with ${code} after ${buildkit.calls.join(", ")}`);
  }
  return { ping: summary(samples.ping), whole: summary(samples.return), memory };
}

/** As scripts/frontend-image.mjs and the Dockerfile of the image make it. */
async function makeScript(folder) {
  const start = join(folder, "start.cjs");
  await bundleFrontend(folder);
  const child = spawn(process.execPath, [start, "--remember"], { stdio: "inherit" });
  await new Promise((resolve) => child.once("exit", resolve));
  return start;
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
