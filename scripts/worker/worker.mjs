// A real BuildKit worker on a Debian machine, from Debian's packages alone.
//   node scripts/worker/worker.mjs up [FOLDER] [--registry-port N] [--own-images]   start it, or find it running; prints its addresses as JSON
//   node scripts/worker/worker.mjs down [FOLDER]                     stop it; what it built stays for the next time
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pushBaseImage } from "./base-image.mjs";
import { alive, startDaemons, stopDaemons } from "./daemons.mjs";
import { registerEmulation } from "./emulation.mjs";
import { installPrograms } from "./packages.mjs";

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "llbc");
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    "registry-port": { type: "string", default: "0" },
    // The images are kept by dockerd itself, not by containerd.
    "own-images": { type: "boolean", default: false },
  },
});
const [command, folder = join(cache, "worker")] = positionals;

try {
  if (command === "up")
    console.log(
      JSON.stringify(
        await up(resolve(folder), { registryPort: Number(values["registry-port"]), ownImages: values["own-images"] }),
        null,
        2,
      ),
    );
  else if (command === "down") await down(resolve(folder));
  else throw new Error("usage: worker.mjs up|down [FOLDER] [--registry-port N] [--own-images]");
} catch (error) {
  console.error(`worker: ${error.message}`);
  process.exitCode = 1;
}

async function up(folder, options) {
  if (process.getuid?.() !== 0)
    throw new Error(
      "setting up a worker needs root (mounts, cgroups, binfmt_misc); run this with sudo, or name a running worker with --addr",
    );
  const running = recorded(folder);
  if (running?.pids.every(alive)) return running;
  const prefix = installPrograms(cache, (line) => console.error(line));
  registerEmulation(prefix);
  mkdirSync(folder, { recursive: true });
  const daemons = await startDaemons(prefix, folder, options);
  const worker = { ...daemons, base: `${daemons.registry}/base`, programs: prefix };
  try {
    await pushBaseImage(prefix, daemons.registry);
  } catch (error) {
    await stopDaemons(folder, daemons.pids);
    throw error;
  }
  const file = join(folder, "worker.json");
  writeFileSync(`${file}.new`, JSON.stringify(worker));
  renameSync(`${file}.new`, file);
  return worker;
}

async function down(folder) {
  const running = recorded(folder);
  if (running === undefined) return;
  await stopDaemons(folder, running.pids);
  rmSync(join(folder, "worker.json"), { force: true });
}

function recorded(folder) {
  const file = join(folder, "worker.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
