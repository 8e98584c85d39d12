// Every check of this project, in the order in which it is cheapest to fail; what the tests need is set up on the way.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

for (const script of ["lint", "typecheck", "test"]) run("npm", ["run", "--silent", script]);
installSkopeo();
run("npm", ["run", "--silent", "test:e2e"]);

/** The e2e tests let a program that is not ours read the archives that we write. */
function installSkopeo() {
  if (spawnSync("skopeo", ["--version"]).status === 0) return;
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  run("apt-get", ["-qq", "update"], quiet);
  run("apt-get", ["-qq", "install", "-y", "--no-install-recommends", "skopeo"], quiet);
}

function run(program, args, options = {}) {
  const done = spawnSync(program, args, { cwd: root, stdio: "inherit", ...options });
  if (done.error !== undefined) console.error(`${program}: ${done.error.message}`);
  if (done.status !== 0) process.exit(done.status ?? 1);
}
