// Packages of Debian for a machine of any kind, as files, for tests whose Dockerfiles install some.
//   node scripts/worker/fetch-packages.mjs ARCHITECTURE NAME…    fetches them once; prints the folder that they are in
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { aptState, installPrograms } from "./packages.mjs";
import { run } from "./run.mjs";

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "llbc");
const [architecture, ...names] = process.argv.slice(2);

try {
  if (architecture === undefined || names.length === 0) throw new Error("usage: fetch-packages.mjs ARCHITECTURE NAME…");
  console.log(fetchPackages());
} catch (error) {
  console.error(`fetch-packages: ${error.message}`);
  process.exitCode = 1;
}

function fetchPackages() {
  const folder = join(cache, `packages-${[architecture, ...names].join("-")}`);
  if (existsSync(folder)) return folder;
  const programs = installPrograms(cache, (line) => console.error(line));
  // The suite that has given the worker is one that the mirror has.
  const suite = readFileSync(join(programs, ".complete"), "utf8").trim();
  const work = `${folder}.${process.pid}`;
  try {
    mkdirSync(work, { recursive: true });
    const options = aptState(suite, join(cache, `apt-${suite}`), ["amd64", "arm64"]);
    run("apt-get", [...options, "download", ...names.map((name) => `${name}:${architecture}`)], { cwd: work });
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}
