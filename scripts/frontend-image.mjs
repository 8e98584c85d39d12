// Builds the image of llbc as a frontend of BuildKit (examples/frontend) with llbc itself.
//   npm run frontend:image -- --output frontend.tar            an OCI archive
//   npm run frontend:image -- -t registry.example.com/llbc:1 --push
// What else `llbc solve` takes goes on to it: --platform, --addr, --output type=…
// Node comes from Debian's packages, which needs apt (Debian or a relative of it, any user).
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleFrontend } from "./frontend/bundle.mjs";
import { makeNodeRoot } from "./frontend/node-root.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const context = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "llbc/frontend-image");

const { values } = parseArgs({
  options: {
    output: { type: "string", short: "o", multiple: true, default: [] },
    tag: { type: "string", short: "t", multiple: true, default: [] },
    push: { type: "boolean", default: false },
    platform: { type: "string", default: `linux/${process.arch === "arm64" ? "arm64" : "amd64"}` },
    addr: { type: "string" },
    progress: { type: "string", default: "auto" },
  },
});

try {
  if (values.output.length === 0 && !values.push) throw new Error("where to: --output FILE, or -t NAME --push");
  mkdirSync(join(context, "rootfs"), { recursive: true });
  for (const platform of values.platform.split(",")) {
    const architecture = platform.split("/")[1];
    if (architecture !== "amd64" && architecture !== "arm64")
      throw new Error(`${platform}: only linux/amd64, linux/arm64`);
    makeNodeRoot(join(context, "rootfs", architecture), architecture, (line) => console.error(line));
  }
  await bundleFrontend(context);
  process.exitCode = solve();
} catch (error) {
  console.error(`frontend-image: ${error.message}`);
  process.exitCode = 1;
}

function solve() {
  const outputs = values.output.map((output) => (output.includes("=") ? output : `type=oci,dest=${output}`));
  const args = [
    ...["solve", context, "-f", join(root, "examples/frontend/Dockerfile"), "--platform", values.platform],
    ...outputs.flatMap((output) => ["-o", output]),
    ...values.tag.flatMap((tag) => ["-t", tag]),
    ...(values.push ? ["--push"] : []),
    ...(values.addr === undefined ? [] : ["--addr", values.addr]),
    ...["--progress", values.progress],
  ];
  return spawnSync(process.execPath, [join(root, "dist/cli.cjs"), ...args], { stdio: "inherit" }).status ?? 1;
}
