// Every check of this project, in the order in which it is cheapest to fail; what the tests need is set up on the way.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

for (const script of ["lint", "typecheck", "test"]) run("npm", ["run", "--silent", script]);
installPeers();
for (const script of ["test:browser", "test:e2e", "test:frontend"]) run("npm", ["run", "--silent", script]);

/** The tests talk to programs that are not ours: one reads the archives that we write, others keep keys and code, or show pages. */
function installPeers() {
  const packages = [];
  if (!answers("skopeo", "--version")) packages.push("skopeo");
  if (!answers("ssh", "-V")) packages.push("openssh-client");
  if (!existsSync("/usr/sbin/sshd")) packages.push("openssh-server");
  if (!answers("git", "--version")) packages.push("git");
  if (!answers(process.env.CHROMIUM ?? "chromium", "--version")) packages.push("chromium");
  if (packages.length === 0) return;
  // At run level 1, no service is started that comes with a package.
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" } };
  run("apt-get", ["-qq", "update"], quiet);
  run("apt-get", ["-qq", "install", "-y", "--no-install-recommends", ...packages], quiet);
}

function answers(program, flag) {
  return spawnSync(program, [flag]).status === 0;
}

function run(program, args, options = {}) {
  const done = spawnSync(program, args, { cwd: root, stdio: "inherit", ...options });
  if (done.error !== undefined) console.error(`${program}: ${done.error.message}`);
  if (done.status !== 0) process.exit(done.status ?? 1);
}
