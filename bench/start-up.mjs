import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { benchFile, benchText, imageAnswers } from "./inputs.mjs";
import { summary } from "./measure.mjs";

/**
 * `llbc compile --images` of the small file, and `node -e 0`, as whole processes: one after the other, again and again,
 * so that whatever else the machine does is done to both. Times in milliseconds, memory in bytes.
 */
export async function measureStartUp(cli, rounds) {
  const folder = mkdtempSync(join(tmpdir(), "llbc-bench-"));
  try {
    const images = join(folder, "images.json");
    writeFileSync(images, JSON.stringify(imageAnswers(benchText("small.Dockerfile"))));
    const output = join(folder, "small.pb");
    const compile = [cli, "compile", "--images", images, "-f", benchFile("small.Dockerfile"), "-o", output, folder];
    const nothing = ["-e", "0"];
    // Certificates that only some machines load at every start.
    delete process.env.NODE_EXTRA_CA_CERTS;
    check(compile);
    const samples = { compile: [], nothing: [] };
    let memory = 0;
    for (let round = 0; round < rounds; round++) {
      // Who comes first changes, too.
      const order = round % 2 === 0 ? ["nothing", "compile"] : ["compile", "nothing"];
      for (const name of order) {
        const args = name === "compile" ? compile : nothing;
        const wall = await timed(args);
        const used = askAtExit(args);
        samples[name].push({ wall, cpu: used.cpu });
        if (name === "compile") memory = Math.max(memory, used.memory);
      }
    }
    return { compile: summary(samples.compile), nothing: summary(samples.nothing), memory };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function check(args) {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`llbc ${args.slice(1).join(" ")} failed:\n${stderr}`);
}

async function timed(args) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  await new Promise((resolve, reject) => child.on("exit", resolve).on("error", reject));
  return performance.now() - start;
}

/** CPU time and the largest resident set, which only the process itself can tell, in a run of its own. */
function askAtExit(args) {
  const stdio = ["ignore", "ignore", "ignore", "pipe"];
  const { output } = spawnSync(process.execPath, ["-r", benchFile("at-exit.cjs"), ...args], { stdio });
  return JSON.parse(String(output[3]));
}
