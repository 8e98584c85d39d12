// A root file system with Node, a shell that starts it, and nothing that they do without, from Debian's packages.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { aptState, unpack } from "../worker/packages.mjs";
import { run } from "../worker/run.mjs";
import { sharedLibraries } from "./shared-libraries.mjs";

// The stable one has Node 20.
const suites = (process.env.LLBC_NODE_SUITES ?? "trixie forky sid").split(" ");

const machines = {
  amd64: { triplet: "x86_64-linux-gnu", loader: "lib64/ld-linux-x86-64.so.2" },
  arm64: { triplet: "aarch64-linux-gnu", loader: "lib/ld-linux-aarch64.so.1" },
};

/** Where programs come from in Debian's packages, and where they go. */
const programs = { "usr/bin/node": "usr/bin/node", "usr/bin/dash": "bin/sh" };

/**
 * Makes the folder `root`, unless it is there with all programs.
 * @param {string} root
 * @param {"amd64" | "arm64"} architecture
 * @param {(line: string) => void} say
 */
export function makeNodeRoot(root, architecture, say) {
  if (Object.values(programs).every((program) => existsSync(join(root, program)))) return;
  const work = `${root}.${process.pid}`;
  const reasons = [];
  for (const suite of suites) {
    say(`fetching Node for ${architecture} (Debian ${suite})`);
    try {
      rmSync(work, { recursive: true, force: true });
      pick(fetchPackages(suite, architecture, work), join(work, "root"), machines[architecture]);
      rmSync(root, { recursive: true, force: true });
      renameSync(join(work, "root"), root);
      return;
    } catch (error) {
      reasons.push(`${suite}: ${error.message}`);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  throw new Error(`no Debian suite gave Node for ${architecture}\n${reasons.join("\n")}`);
}

/** Unpacks the packages of the programs with all that they depend on; returns the folder. */
function fetchPackages(suite, architecture, work) {
  const state = join(work, "apt");
  const options = aptState(suite, state, [architecture]);
  run("apt-get", [
    ...options,
    ...["-o", "Debug::NoLocking=true", "-o", "APT::Install-Recommends=false"],
    ...["install", "--yes", "--download-only", "nodejs", "dash"],
  ]);
  const archives = join(state, "cache/archives");
  const packages = join(work, "packages");
  for (const file of readdirSync(archives).filter((name) => name.endsWith(".deb")))
    unpack(join(archives, file), packages);
  return packages;
}

/** The programs, the loader and the libraries that they need of each other, and the scripts that Debian keeps outside Node. */
function pick(packages, root, { triplet, loader }) {
  const files = new Map(Object.entries(programs));
  // A map that grows while it is walked.
  for (const [from, to] of files) {
    copy(join(packages, from), join(root, to));
    for (const name of sharedLibraries(join(packages, from))) {
      const path = `usr/lib/${triplet}/${name}`;
      if (name !== basename(loader)) files.set(path, path);
    }
    for (const script of builtinScripts(join(packages, from))) {
      if (existsSync(join(packages, script))) copy(join(packages, script), join(root, script));
    }
  }
  copy(join(packages, `usr/lib/${triplet}/${basename(loader)}`), join(root, loader));
  copyrights(packages, root);
}

/** What Node has built in elsewhere, Debian's Node reads when it starts. */
function builtinScripts(program) {
  const text = readFileSync(program).toString("latin1");
  return new Set([...text.matchAll(/\/(usr\/share\/nodejs\/[\w./-]+\.js)\0/g)].map((match) => match[1]));
}

function copyrights(packages, root) {
  const folder = join(packages, "usr/share/doc");
  for (const name of readdirSync(folder)) {
    const file = join(folder, name, "copyright");
    if (existsSync(file)) copy(file, join(root, "usr/share/doc", name, "copyright"));
  }
}

/** Links become the files that they lead to. */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { dereference: true, preserveTimestamps: true });
}
