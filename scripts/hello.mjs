// Builds examples/hello for two platforms into hello.tar, on the worker that is at hand, or else on one that is set up
// here from Debian's packages.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { discover, Failure } from "../dist/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const build = ["solve", "examples/hello", "--platform", "linux/amd64,linux/arm64", "-o", "type=oci,dest=hello.tar"];

try {
  await discover();
  run(["dist/cli.cjs", ...build]);
} catch (error) {
  if (!(error instanceof Failure) || error.code !== "worker-unreachable") throw error;
  console.error("no BuildKit worker answers: setting one up from Debian's packages");
  const worker = JSON.parse(run(["scripts/worker/worker.mjs", "up"], ["inherit", "pipe", "inherit"]));
  run([
    "dist/cli.cjs",
    ...build,
    "--addr",
    worker.dockerHost,
    "--build-context",
    `busybox=docker-image://${worker.base}`,
  ]);
  console.error("\nThe worker goes on running; stop it with: node scripts/worker/worker.mjs down");
}

function run(args, stdio = "inherit") {
  const done = spawnSync(process.execPath, args, { cwd: root, stdio, encoding: "utf8" });
  if (done.status !== 0) process.exit(done.status ?? 1);
  return done.stdout;
}
