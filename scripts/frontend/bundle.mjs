import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The scripts of the frontend image: `start.cjs` runs `frontend.cjs`, which speaks to BuildKit and then loads
 * `build.cjs`, the compiler with all that it needs.
 */
export async function bundleFrontend(folder) {
  const commands = join(root, "src/cli/commands");
  // CommonJS starts faster, and needs nothing of what loads modules.
  const options = {
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20.19",
    supported: { "dynamic-import": false },
    minify: true,
    keepNames: true,
    logLevel: "warning",
  };
  const entries = [
    ["frontend-main.ts", "frontend.cjs", [buildLater()]],
    ["frontend.ts", "build.cjs", []],
  ];
  await Promise.all(
    entries.map(([entry, outfile, plugins]) =>
      build({ ...options, entryPoints: [join(commands, entry)], outfile: join(folder, outfile), plugins }),
    ),
  );
  copyFileSync(join(root, "examples/frontend/start.cjs"), join(folder, "start.cjs"));
}

function buildLater() {
  return {
    name: "build-later",
    setup(builder) {
      builder.onResolve({ filter: /^\.\/frontend\.ts$/ }, ({ kind }) =>
        kind === "dynamic-import" ? { path: "./build.cjs", external: true } : undefined,
      );
    },
  };
}
