// `npm run bench [-- --markdown] [-- --seconds N] [-- --only NAME]`: how long compiling takes. Nothing is kept from one compile to
// the next: each has a source of its own, and is measured from the bytes of the Dockerfile to those of the image config.
import { mkdtempSync, rmSync } from "node:fs";
import { arch, cpus, loadavg } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { bundleCommandLine } from "../scripts/bundle.mjs";
import { calibrationLoop } from "./calibration.mjs";
import { measureFrontend } from "./frontend.mjs";
import { benchFile, benchText, imageAnswers, longChain, longDockerfile, variants } from "./inputs.mjs";
import { measure } from "./measure.mjs";
import { measureStartUp } from "./start-up.mjs";

const { values: flags } = parseArgs({
  options: {
    markdown: { type: "boolean", default: false },
    seconds: { type: "string", default: "6" },
    only: { type: "string", default: "" },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const seconds = Number(flags.seconds);
// What is measured is built here, where the packages that it needs are found; dist/ is left alone.
await import("../scripts/proto.mjs");
const folder = mkdtempSync(join(root, "node_modules/.bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const { compile, marshal, parseDockerfile, unmarshal } = await bundledSubject();
const platform = { os: "linux", architecture: "amd64" };
const rows = [];

await run("calibration loop", { unit: "ms" }, () => measure((iteration) => calibrationLoop(iteration), { seconds }));
for (const [name, parseTarget, compileTarget, runs] of [
  ["large", 0.6, 5, 1],
  ["small", 0.03, 0.15, 20],
]) {
  const text = benchText(`${name}.Dockerfile`);
  const lines = text.trimEnd().split("\n").length;
  const source = variants(text);
  const images = imageAnswers(text);
  await run(`parse ${name} (${lines} lines)`, { unit: "ms", target: parseTarget }, () =>
    measure((iteration) => parseDockerfile(source(iteration)), { seconds, runs }),
  );
  await run(`compile ${name} (${lines} lines)`, { unit: "ms", target: compileTarget }, () =>
    measure((iteration) => compile(source(iteration), { images }), { seconds, runs }),
  );
}
await perPiece("compile 10,000 instructions, each", [1_000, 10_000], (count) => {
  const text = longDockerfile(count);
  const source = variants(text);
  const images = imageAnswers(text);
  return (iteration) => compile(source(iteration), { images });
});
await perPiece("marshal 10,000 vertices, each", [1_000, 10_000], (count) => (iteration) => {
  return marshal(longChain(count, iteration), { platform, localUniqueId: "bench" });
});
await perPiece("unmarshal 10,000 vertices, each", [1_000, 10_000], (count) => {
  const { definition } = marshal(longChain(count, 0), { platform, localUniqueId: "bench" });
  return () => unmarshal(definition.bytes);
});
if (wanted("process")) {
  await bundleCommandLine(folder);
  const { compile: whole, nothing, memory } = await measureStartUp(join(folder, "cli.cjs"), Math.ceil(seconds * 5));
  rows.push({ name: "process `node -e 0`", unit: "ms", ...nothing });
  rows.push({ name: "process `llbc compile --images` small", unit: "ms", ...whole });
  const ratio = { best: whole.best / nothing.best, median: whole.median / nothing.median };
  const cpu = { cpu: whole.cpu / nothing.cpu, bestCpu: whole.bestCpu / nothing.bestCpu };
  rows.push({ name: "process, the second to the first", unit: "x", target: 1.5, ...ratio, ...cpu });
  const megabytes = memory / 1e6;
  rows.push({ name: "process, peak memory", unit: "MB", target: 80, best: megabytes, median: megabytes });
}
if (wanted("frontend image") && process.platform === "linux") {
  const { ping, whole, memory } = await measureFrontend(folder, Math.ceil(seconds * 5));
  rows.push({ name: "frontend image, start to Ping", unit: "ms", target: 100, ...ping });
  rows.push({ name: "frontend image, start to Return of large", unit: "ms", ...whole });
  const megabytes = memory / 1e6;
  rows.push({ name: "frontend image, peak memory", unit: "MB", target: 100, best: megabytes, median: megabytes });
}
console.log(flags.markdown ? markdown() : table());

/** Measures where `--only` wants it. */
async function run(name, facts, measured) {
  if (!wanted(name)) return;
  process.stderr.write(`${name}\n`);
  rows.push({ name, ...facts, ...(await measured()) });
}

/**
 * What one piece costs among many, in microseconds, and how that compares to few. Work that grows with the square
 * would show 10; what is above 1 is the collector, which has to move all that outlives its young generation.
 */
async function perPiece(name, [few, many], work) {
  if (!wanted(name)) return;
  process.stderr.write(`${name}\n`);
  const [small, large] = [await measure(work(few), { seconds }), await measure(work(many), { seconds })];
  const each = (figures, count) =>
    Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, (value * 1000) / count]));
  const before = each(small, few);
  const after = each(large, many);
  rows.push({ name, unit: "µs", ...after });
  const ratio = Object.fromEntries(Object.entries(after).map(([key, value]) => [key, value / before[key]]));
  rows.push({ name: `… to the same of ${few.toLocaleString("en")}`, unit: "x", target: 3, ...ratio });
}

function wanted(name) {
  return name.includes(flags.only);
}

async function bundledSubject() {
  const outfile = join(folder, "subject.mjs");
  const options = { bundle: true, platform: "node", format: "esm", target: "node20.19", packages: "external" };
  await build({ ...options, entryPoints: [benchFile("subject.ts")], outfile, logLevel: "warning" });
  return import(pathToFileURL(outfile).href);
}

function table() {
  const header = ["", "best", "median", "CPU best", "CPU median", "target", ""];
  const body = rows.map(({ name, unit, best, median, bestCpu, cpu, target }) => [
    name,
    ...[best, median, bestCpu, cpu, target].map((value) => figure(value, unit)),
    target === undefined ? "" : best <= target ? "holds" : "MISSED",
  ]);
  const all = [header, ...body];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  ");
  return [machine(), "", ...all.map(line)].join("\n");
}

function markdown() {
  const row = (cells) => `| ${cells.join(" | ")} |`;
  return [
    row(["", "best", "median", "target"]),
    row(["---", "---:", "---:", "---:"]),
    ...rows.map(({ name, unit, best, median, target }) =>
      row([name, figure(best, unit), figure(median, unit), figure(target, unit)]),
    ),
    "",
    machine(),
  ].join("\n");
}

function figure(value, unit) {
  if (value === undefined) return "";
  const digits = value < 0.1 ? 3 : value < 10 ? 2 : 1;
  return `${value.toFixed(digits)} ${unit}`;
}

function machine() {
  const processors = cpus();
  const load = loadavg()[0].toFixed(1);
  return `Node ${process.version}, ${process.platform} ${arch()}, ${processors.length} × ${processors[0]?.model.trim()}, load ${load} at the end.`;
}
