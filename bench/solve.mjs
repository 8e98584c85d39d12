// `npm run bench:solve [-- --markdown] [-- --only NAME] [-- --rounds N] [-- --worker FOLDER]`: builds by `llbc solve` and
// by Debian's docker-buildx, in turns, on one Docker engine that is set up for it (Debian, as root). Both get the same
// flags and write their progress away. Where a build is cold, all that the engine keeps of builds is pruned before it.
// Before each build the disk writes out what is due (`sync`), so that none pays for what the one before it left: in a
// build that copies much, that would otherwise weigh more than all that a client does.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleCommandLine, bundleLibrary } from "../scripts/bundle.mjs";
import { benchFile } from "./inputs.mjs";
import { summary } from "./measure.mjs";
import { changeOneFile, fanContext, largeContext, smallContext } from "./solve/contexts.mjs";
import { timed, told } from "./solve/processes.mjs";

const { values: flags } = parseArgs({
  options: {
    markdown: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "5" },
    worker: { type: "string" },
  },
});
const rounds = Number(flags.rounds);
const root = fileURLToPath(new URL("..", import.meta.url));
await import("../scripts/proto.mjs");
const folder = mkdtempSync(join(root, "node_modules/.bench-"));
const workerFolder = flags.worker ?? mkdtempSync(join(tmpdir(), "llbc-"));
process.on("exit", cleanUp);
const worker = JSON.parse(runWorker("up"));
const env = { ...process.env, DOCKER_HOST: worker.dockerHost, DOCKER_CONFIG: join(folder, "docker") };
// Certificates that only some machines load at every start.
delete env.NODE_EXTRA_CA_CERTS;
const buildx = join(worker.programs, "usr/libexec/docker/cli-plugins/docker-buildx");
await bundleCommandLine(folder);
await bundleLibrary(join(folder, "library"));
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const cli = join(folder, basename(bin.llbc));
const contexts = { small: join(folder, "small"), large: join(folder, "large"), fan: join(folder, "fan") };
smallContext(contexts.small, worker.base);
largeContext(contexts.large, worker.base);
fanContext(contexts.fan, worker.base);

const header = ["", "buildx", "llbc", "ratio", "target", "", "CPU buildx", "CPU llbc", "memory llbc"];
const rows = [];
const plain = ["--progress", "plain"];
const nothingKept = [...plain, "-o", "type=cacheonly"];
const prune = () => execFileSync(buildx, ["prune", "--all", "--force"], { env, stdio: "ignore" });
let changes = 0;

await compare("no-op, small context", {
  target: 1.5,
  rounds: 3 * rounds,
  args: [contexts.small, "-t", "bench-small", ...plain],
});
await compare("first build, 20,000 files (375 MB)", {
  target: 1.3,
  before: prune,
  args: [contexts.large, ...nothingKept],
});
await compare("no-op, 20,000 files", { target: 0.9, args: [contexts.large, ...nothingKept] });
await compare("one of 20,000 files changed", {
  target: 0.9,
  rounds: Math.max(7, rounds),
  before: () => changeOneFile(contexts.large, `change ${process.pid} ${++changes}`),
  args: [contexts.large, ...nothingKept],
});
await compare("fan of 16 × 2 RUNs, cold", { target: 1.05, before: prune, args: [contexts.fan, ...nothingKept] });
await compare("the same for two platforms", {
  target: 1.05,
  before: prune,
  args: [contexts.fan, "--platform", "linux/amd64,linux/arm64", ...nothingKept],
});
await compareWarm("no-op builds in a row, 8 at a time", { target: 1 / 3, builds: 48, atATime: 8 });
console.log(flags.markdown ? markdown() : table());

/** The same build by both, in turns, and who comes first changes, too. The first one of each is not counted. */
async function compare(name, { target, args, before = () => {}, rounds: count = rounds }) {
  if (!name.includes(flags.only)) return;
  process.stderr.write(`${name}\n`);
  const samples = { buildx: [], llbc: [] };
  for (let round = 0; round <= count; round++) {
    const order = round % 2 === 0 ? ["buildx", "llbc"] : ["llbc", "buildx"];
    for (const who of order) {
      before();
      execFileSync("sync");
      const sample = await (who === "buildx"
        ? timed(buildx, ["build", ...args], env)
        : timed(process.execPath, [cli, "solve", ...args], env));
      if (round > 0) samples[who].push(sample);
    }
  }
  before();
  const atExit = ["-r", benchFile("at-exit.cjs"), cli, "solve", ...args];
  const { memory } = JSON.parse(await told(process.execPath, atExit, env));
  rows.push({ name, target, memory, buildx: summary(samples.buildx), llbc: summary(samples.llbc) });
}

/** As many builds by one warm client and by processes of buildx side by side; times are of one build. */
async function compareWarm(name, { target, builds, atATime }) {
  if (!name.includes(flags.only)) return;
  process.stderr.write(`${name}\n`);
  const samples = { buildx: [], llbc: [] };
  let memory = 0;
  const client = [
    benchFile("solve/warm-client.mjs"),
    join(folder, "library/index.js"),
    ...[contexts.small, builds, atATime].map(String),
  ];
  for (let round = 0; round < rounds; round++) {
    samples.buildx.push(await manyProcesses(builds, atATime));
    const { wall, cpu, memory: peak } = JSON.parse(await told(process.execPath, client, env));
    samples.llbc.push({ wall: wall / builds, cpu: cpu / builds });
    memory = Math.max(memory, peak);
  }
  rows.push({ name, target, memory, buildx: summary(samples.buildx), llbc: summary(samples.llbc) });
}

async function manyProcesses(builds, atATime) {
  let left = builds;
  let cpu = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      while (left-- > 0) {
        const sample = await timed(buildx, ["build", contexts.small, ...nothingKept], env);
        cpu += sample.cpu;
      }
    }),
  );
  return { wall: (performance.now() - start) / builds, cpu: cpu / builds };
}

function cells() {
  return rows.map(({ name, target, memory, buildx: theirs, llbc: ours }) => {
    const ratio = ours.median / theirs.median;
    return [
      name,
      ...[theirs.median, ours.median].map(milliseconds),
      ratio.toFixed(2),
      `≤ ${Number(target.toFixed(2))}`,
      ratio <= target && memory < 200e6 ? "holds" : "MISSED",
      ...[theirs.cpu, ours.cpu].map(milliseconds),
      `${(memory / 1e6).toFixed(0)} MB`,
    ];
  });
}

function table() {
  const all = [header, ...cells()];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  ");
  return [machine(), "", ...all.map(line)].join("\n");
}

function markdown() {
  const row = (all) => `| ${all.filter((_, column) => column !== 5).join(" | ")} |`;
  const rule = row(header.map((_, column) => (column === 0 ? "---" : "---:")));
  return [row(header), rule, ...cells().map(row), "", machine()].join("\n");
}

function milliseconds(value) {
  return value < 100 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`;
}

function machine() {
  const processors = cpus();
  const load = loadavg()[0].toFixed(1);
  const version = execFileSync(buildx, ["version"], { encoding: "utf8" }).split(" ")[1];
  return `Medians. Node ${process.version}, buildx ${version}, ${process.platform} ${arch()}, ${processors.length} × ${processors[0]?.model.trim()}, load ${load} at the end.`;
}

function runWorker(command) {
  const script = join(root, "scripts/worker/worker.mjs");
  return execFileSync(process.execPath, [script, command, workerFolder], { encoding: "utf8" });
}

function cleanUp() {
  rmSync(folder, { recursive: true, force: true });
  if (flags.worker !== undefined) return;
  runWorker("down");
  rmSync(workerFolder, { recursive: true, force: true });
}
