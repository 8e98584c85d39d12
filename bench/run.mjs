// `npm run bench [-- --markdown] [-- --seconds N] [-- --only NAME]`: how long compiling takes. Nothing is kept from one compile to
// the next: each has a source of its own, and is measured from the bytes of the Dockerfile to those of the image config.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { arch, cpus, loadavg } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { bundleCommandLine } from "../scripts/bundle.mjs";
import { chainGraph, stagesGraph, tangledGraph } from "./build-graphs.mjs";
import { calibrationLoop } from "./calibration.mjs";
import { measureFrontend } from "./frontend.mjs";
import { benchFile, benchText, imageAnswers, longChain, longDockerfile, variants } from "./inputs.mjs";
import { measure } from "./measure.mjs";
import { measurePage } from "./page.mjs";
import { measureStartUp } from "./start-up.mjs";

const { values: flags } = parseArgs({
  options: {
    markdown: { type: "boolean", default: false },
    seconds: { type: "string", default: "6" },
    only: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});
/** What the optimizer learns of one thing is no help, and often harm, to the next: each has a process of its own. */
const alone = [
  ...["calibration", "parse large", "compile large", "parse small", "compile small", "compile, an instruction"],
  ...["marshal, a vertex", "unmarshal, a vertex", ", stages", ", tangled", ", chain", "memory of an analysis"],
  ...["page", "process", "frontend image"],
];
if (flags.only === "") {
  const all = alone.flatMap(rowsOfProcess);
  console.log(flags.markdown ? markdown(all) : table(all));
  process.exit();
}
const root = fileURLToPath(new URL("..", import.meta.url));
const seconds = Number(flags.seconds);
// What is measured is built here, where the packages that it needs are found; dist/ is left alone.
await import("../scripts/proto.mjs");
const folder = mkdtempSync(join(root, "node_modules/.bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const { analyze, compile, marshal, pageData, pageHtml, parseDockerfile, reportOf, simulate, unmarshal } =
  await bundledSubject();
const platform = { os: "linux", architecture: "amd64" };
const rows = [];

await run("calibration loop", { unit: "ms" }, () => measure((iteration) => calibrationLoop(iteration), { seconds }));
// The targets are for the best of single runs, as is what BuildKit's own frontend takes: 9.0 and 0.25 ms to compile.
// To look at the clock takes as long as a part of the small one, of which some are one sample.
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
await perPiece("compile, an instruction of", [1_000, 10_000, 40_000], (count) => {
  const text = longDockerfile(count);
  const source = variants(text);
  const images = imageAnswers(text);
  return (iteration) => compile(source(iteration), { images });
});
await perPiece("marshal, a vertex of", [1_000, 10_000, 40_000], (count) => (iteration) => {
  return marshal(longChain(count, iteration), { platform, localUniqueId: "bench" });
});
await perPiece("unmarshal, a vertex of", [1_000, 10_000, 40_000], (count) => {
  const { definition } = marshal(longChain(count, 0), { platform, localUniqueId: "bench" });
  return () => unmarshal(definition.bytes);
});
// What an analysis learns of a graph serves the next one of the same: each has a graph of its own.
for (const [name, makeGraph] of [
  ["stages", stagesGraph],
  ["tangled", tangledGraph],
  ["chain", chainGraph],
]) {
  await run(`analyse 10,000 vertices, ${name}`, { unit: "ms", target: 100 }, () => {
    const { graph, durations } = makeGraph(10_000);
    return measure(() => analyze({ ...graph }, durations, { mostWorkers: 8 }), { seconds });
  });
  await run(`… and simulate each of 1 to 64 workers, ${name}`, { unit: "ms" }, () => {
    const { graph, durations } = makeGraph(10_000);
    return measure(() => analyze({ ...graph }, durations), { seconds });
  });
  await run(`analyse 100,000 vertices, one number of workers, ${name}`, { unit: "ms", target: 2000 }, () => {
    const { graph, durations } = makeGraph(100_000);
    const once = (fresh) => [analyze(fresh, durations, { mostWorkers: 1 }), simulate(fresh, durations, { workers: 8 })];
    return measure(() => once({ ...graph }), { seconds });
  });
}
memoryOfAnalyses("memory of an analysis, each of 100,000 vertices", [10_000, 100_000]);
if (wanted("page")) {
  const { data, paint } = await measurePage(stagesGraph(5000), { folder, pageData, pageHtml, reportOf });
  rows.push({ name: "page of 5,000 vertices, its data", unit: "ms", ...data });
  rows.push({ name: "page of 5,000 vertices, opened to painted", unit: "ms", target: 2000, ...paint });
}
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
// The image is built on a worker of its own, and run: on Debian, as root.
if (wanted("frontend image") && process.getuid?.() === 0) {
  const { ping, heard, whole, memory } = await measureFrontend(folder, Math.ceil(seconds * 5));
  rows.push({ name: "frontend image, start to Ping", unit: "ms", target: 100, ...ping });
  rows.push({ name: "frontend image, start to the answer read", unit: "ms", ...heard });
  rows.push({ name: "frontend image, start to Return of large", unit: "ms", ...whole });
  const megabytes = memory / 1e6;
  rows.push({ name: "frontend image, peak memory", unit: "MB", target: 100, best: megabytes, median: megabytes });
}
if (flags.json) console.log(JSON.stringify(rows));
else console.log(flags.markdown ? markdown(rows) : table(rows));

function rowsOfProcess(only) {
  const args = [fileURLToPath(import.meta.url), "--only", only, "--seconds", flags.seconds, "--json"];
  const { status, stdout } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) process.exit(status ?? 1);
  return JSON.parse(stdout);
}

/** Measures where `--only` wants it. */
async function run(name, facts, measured) {
  if (!wanted(name)) return;
  process.stderr.write(`${name}\n`);
  rows.push({ name, ...facts, ...(await measured()) });
}

/**
 * What one piece of so many costs, in microseconds. Few die young, and of many the collector has to move what lives
 * on: that is a step from the first count to the second. Work that is not linear would show from there on, where four
 * times as many would each cost four times as much.
 */
async function perPiece(name, counts, work) {
  if (!wanted(name)) return;
  const figures = [];
  for (const count of counts) {
    const label = `${name} ${count.toLocaleString("en")}`;
    process.stderr.write(`${label}\n`);
    const measured = Object.entries(await measure(work(count), { seconds }));
    figures.push(Object.fromEntries(measured.map(([key, value]) => [key, (value * 1000) / count])));
    rows.push({ name: label, unit: "µs", ...figures.at(-1) });
  }
  const [before, after] = figures.slice(-2);
  const ratio = Object.fromEntries(Object.entries(after).map(([key, value]) => [key, value / before[key]]));
  rows.push({ name: "… the last to the one before", unit: "x", target: 1.5, ...ratio });
}

/** What an analysis takes in memory for each vertex, and how that compares to fewer vertices. */
function memoryOfAnalyses(name, [few, many]) {
  if (!wanted(name)) return;
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const bytesEach = (size) => {
    const { graph, durations } = stagesGraph(size);
    collect();
    collect();
    const before = process.memoryUsage();
    const kept = analyze(graph, durations, { mostWorkers: 1 });
    collect();
    collect();
    return (process.memoryUsage().heapUsed - before.heapUsed) / kept.vertices.length;
  };
  const before = bytesEach(few);
  const after = bytesEach(many);
  rows.push({ name, unit: "B", best: after, median: after });
  const ratio = after / before;
  rows.push({ name: `… to the same of ${few.toLocaleString("en")}`, unit: "x", target: 3, best: ratio, median: ratio });
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

function table(rows) {
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

function markdown(rows) {
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
